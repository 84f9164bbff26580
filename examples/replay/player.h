/* player.h - plays the lines of a recording on a real connection and compares what comes out. */
#ifndef REPLAY_PLAYER_H
#define REPLAY_PLAYER_H

#include <stdbool.h>

struct player;

/* Makes the site that the host and policy lines of the text describe; on failure why is filled. */
struct player *player_new(const char *text, char *why, unsigned why_size);
void player_free(struct player *p);

/*
 * Plays one line. False when something else happens than it says, or when it cannot be played; then
 * player_why() says what happened.
 */
bool player_line(struct player *p, const char *line);
/* After the last line: false when more has happened than was recorded. */
bool player_end(struct player *p);
const char *player_why(const struct player *p);

#endif
