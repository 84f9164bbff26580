/* recording.h - files of how streams were negotiated, for who must find out why one was not. */
#ifndef PROXY_OBSERVE_RECORDING_H
#define PROXY_OBSERVE_RECORDING_H

#include <xmppfed/event.h>

#include "proxy/proxy.h"

/* The most bytes of one recording, and the most files that one run writes. */
#define RECORDING_BYTES 65536
#define RECORDING_FILES 1000

/* Writes the recording of a stream that has ended, if recordings are wanted and there is one. */
void recording_write(struct proxy *p, const xmppfed_event *ev);

#endif
