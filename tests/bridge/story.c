/* story.c - tests told as rows. */
#include "bridge/story.h"

static void send_error(struct fixture *f, const struct story_step *step)
{
    char xml[512];

    assert_true((size_t)step->number < f->stanza_count);
    snprintf(xml, sizeof(xml),
             "<message type='error' id='%s' from='%s' to='%s'><error type='cancel'><%s "
             "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
             f->ids[step->number], step->other == 0 ? BOB : "eve@fabrikam.example", ALICE,
             step->text);
    fixture_stanza(f, xml);
}

static void play_step(struct fixture *f, const char *name, const struct story_step *step)
{
    switch (step->what) {
    case REQUEST:
        fixture_message(f, (uintptr_t)step->number, step->text, ALICE, BOB, "Hello");
        break;
    case STANZA:
        fixture_stanza(f, step->text);
        break;
    case ERROR:
        send_error(f, step);
        break;
    case ANSWER:
        fixture_response(f, (size_t)step->number, step->other);
        break;
    case WAIT:
        fixture_wait(f, (unsigned)step->number);
        break;
    case UP:
    case DOWN:
        fixture_link(f, step->what == UP);
        break;
    case HOLD:
        f->hold = true;
        break;
    case ACK:
        bridge_acknowledged(f->bridge, (uint64_t)step->number, f->now);
        break;
    case CRASH:
        fixture_crash(f, step->number != 0);
        break;
    case SEND_RC:
        f->send_rc = (int)step->number;
        break;
    case CUT_OFF:
        f->cut_off = step->number != 0;
        break;
    case LAST:
        bridge_end(f->bridge);
        break;
    case GIVE_UP:
        bridge_give_up(f->bridge, f->now);
        break;
    case IDLE:
        if (bridge_idle(f->bridge) != (step->number != 0))
            fail_msg("%s: idle is %d", name, !step->number);
        break;
    case OUT:
        expect_out(f, name, step->text);
        break;
    case STORY_END:
        break;
    }
}

void play_stories(const struct story *stories, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *state = NULL;
        struct fixture *f;

        fixture_setup(&state);
        f = state;
        f->settings.limit = stories[i].limit ? stories[i].limit : f->settings.limit;
        f->settings.ledger = stories[i].memory ? NULL : f->ledger;
        fixture_crash(f, true);
        for (size_t n = 0; n < STORY_STEPS; n++)
            play_step(f, stories[i].name, &stories[i].steps[n]);
        /* What no row expected was not done. */
        expect_out(f, stories[i].name, "");
        fixture_teardown(&state);
    }
}
