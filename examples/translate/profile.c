/* profile.c - the profiles that come with this folder, and look-ups in any. */
#include "translate/profile.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct translate_state lync_states[] = {
    {"Available", 0, 4499, 3500, true, "", ""},
    {"Available, idle", 4500, 5999, 0, true, "away", "away"},
    {"Busy", 6000, 7499, 6500, true, "dnd", "busy"},
    {"Busy, idle", 7500, 8999, 0, true, "dnd", "busy"},
    {"Do not disturb", 9000, 11999, 9500, true, "dnd", "busy"},
    {"Be right back", 12000, 14999, 12500, true, "away", "away"},
    {"Away", 15000, 17999, 15500, true, "away", "away"},
    /* No number of its own: how long someone is away is the client's to say. */
    {"Away (long)", 1, 0, 15500, true, "xa", "away"},
    {"Offline", 18000, (unsigned)-1, 18500, false, "", ""},
    {"Presence unknown", 1, 0, 0, false, "", ""},
};

static const struct translate_show_row lync_shows[] = {
    {"", "Available"}, {"chat", "Available"}, {"away", "Away"},
    {"dnd", "Busy"},   {"xa", "Away (long)"},
};

static const struct translate_show_row lync_dnd_shows[] = {
    {"", "Available"},         {"chat", "Available"}, {"away", "Away"},
    {"dnd", "Do not disturb"}, {"xa", "Away (long)"},
};

/* RFC 4480 3.2 that say something of availability; "idle" is its <user-input/> (3.11). */
static const struct translate_activity lync_activities[] = {
    {"busy", "Busy"},
    {"on-the-phone", "Busy"},
    {"meeting", "Busy"},
    {"appointment", "Busy"},
    {"steering", "Busy"},
    {"performance", "Do not disturb"},
    {"presentation", "Do not disturb"},
    {"do-not-disturb", "Do not disturb"}, /* not of RFC 4480, but sent */
    {"be-right-back", "Be right back"},   /* likewise */
    {"away", "Away"},
    {"breakfast", "Away"},
    {"dinner", "Away"},
    {"in-transit", "Away"},
    {"lunch", "Away"},
    {"meal", "Away"},
    {"shopping", "Away"},
    {"travel", "Away"},
    {"holiday", "Away (long)"},
    {"permanent-absence", "Away (long)"},
    {"sleeping", "Away (long)"},
    {"vacation", "Away (long)"},
    {"idle", "Available, idle"},
};

#define LYNC(label, table)                                                             \
    {                                                                                  \
        .name = (label), .states = lync_states, .state_count = COUNT(lync_states),     \
        .shows = (table), .show_count = COUNT(table), .activities = lync_activities,   \
        .activity_count = COUNT(lync_activities), .unavailable = "Offline",            \
        .pending = "Presence unknown", .one_tuple = true, .rpid = true, .notes = true, \
    }

const struct translate_profile translate_profile_lync = LYNC("Lync Server 2013", lync_shows);
const struct translate_profile translate_profile_lync_dnd =
    LYNC("Lync Server 2013, dnd is Do not disturb", lync_dnd_shows);

static const struct translate_state plain_states[] = {
    {"open", 1, 0, 0, true, "", ""},
    {"closed", 1, 0, 0, false, "", ""},
};

static const struct translate_show_row plain_shows[] = {
    {"", "open"}, {"chat", "open"}, {"away", "open"}, {"dnd", "open"}, {"xa", "open"},
};

const struct translate_profile translate_profile_plain = {
    .name = "RFC 8048",
    .states = plain_states,
    .state_count = COUNT(plain_states),
    .shows = plain_shows,
    .show_count = COUNT(plain_shows),
    .unavailable = "closed",
    .pending = "closed",
    .notes = true,
};

const struct translate_state *translate_state_named(const struct translate_profile *profile,
                                                    const char *name)
{
    for (size_t i = 0; i < profile->state_count; i++)
        if (strcmp(profile->states[i].name, name) == 0)
            return &profile->states[i];
    return NULL;
}

const struct translate_state *translate_state_of_number(const struct translate_profile *profile,
                                                        unsigned availability)
{
    for (size_t i = 0; i < profile->state_count; i++)
        if (profile->states[i].low <= availability && availability <= profile->states[i].high)
            return &profile->states[i];
    return NULL;
}

const struct translate_state *translate_state_of_activity(const struct translate_profile *profile,
                                                          const char *activity)
{
    for (size_t i = 0; i < profile->activity_count; i++)
        if (strcmp(profile->activities[i].activity, activity) == 0)
            return translate_state_named(profile, profile->activities[i].state);
    return NULL;
}

const struct translate_state *translate_state_of_show(const struct translate_profile *profile,
                                                      const char *show)
{
    const char *known = translate_show_known(show) ? show : "";

    for (size_t i = 0; i < profile->show_count; i++)
        if (strcmp(profile->shows[i].show, known) == 0)
            return translate_state_named(profile, profile->shows[i].state);
    return NULL;
}

/* From the least to the most available; RFC 8048 4.2 puts away and dnd below "no qualification". */
static const char *const shows[] = {"xa", "dnd", "away", "", "chat"};

bool translate_show_known(const char *show)
{
    return *show && translate_show_rank(true, show) > 0 &&
           strcmp(shows[translate_show_rank(true, show) - 1], show) == 0;
}

int translate_show_rank(bool open, const char *show)
{
    int none = 4;

    if (!open)
        return 0;
    for (size_t i = 0; i < COUNT(shows); i++)
        if (strcmp(shows[i], show) == 0)
            return (int)i + 1;
    return none;
}
