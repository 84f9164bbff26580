/* sketch_host.h - what a host would have around the sketches in the public headers' comments. */
#ifndef TESTS_SKETCH_HOST_H
#define TESTS_SKETCH_HOST_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>
#include <xmppfed/unbound.h>
#include <xmppfed/uv.h>
#include <xmppfed/xmppfed.h>

/* Objects that an earlier part of the program has made. */
static xmppfed_context *ctx;
static xmppfed_site *site;
static xmppfed_federation *fed;
static xmppfed_resolver *r;
static xmppfed_stream *stream;
static xmppfed_credentials *credentials;
static xmppfed_trust *trust;
static xmppfed_policy *policy;
static uv_loop_t *loop;

/* Things read from files, sockets and clocks. */
static xmppfed_slice chain_pem;
static xmppfed_slice key_pem;
static xmppfed_problem why;
static xmppfed_time now;
static uint64_t token;
static const char *data;
static const char *bytes;
static size_t len;
static const xmppfed_event *ev;

/* What the program does with it all. */
void react(const xmppfed_event *event);
void deliver(const xmppfed_element *stanza, const xmppfed_proof *proof);
void handle(const xmppfed_element *element);
void use(const xmppfed_endpoint *endpoints, size_t count);
void send_somehow(uint64_t query, const uint8_t *message, size_t size, int tcp);
size_t write_somehow(xmppfed_slice out);
void sleep_until(xmppfed_time deadline);
void poll_for_reading(int descriptor);
void on_answer(uint64_t query, const uint8_t *message, size_t size, void *user);
void on_event(const xmppfed_event *event, void *user);

#endif
