/*
 * xmppfed/xmppfed.h - all topics of libxmppfed at once; uv.h belongs to libxmppfed-uv.
 *
 *     #include <xmppfed/xmppfed.h>
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_XMPPFED_H
#define XMPPFED_XMPPFED_H

#include <xmppfed/address.h>
#include <xmppfed/common.h>
#include <xmppfed/connection.h>
#include <xmppfed/context.h>
#include <xmppfed/element.h>
#include <xmppfed/error.h>
#include <xmppfed/event.h>
#include <xmppfed/federation.h>
#include <xmppfed/limits.h>
#include <xmppfed/policy.h>
#include <xmppfed/resolver.h>
#include <xmppfed/site.h>
#include <xmppfed/stream.h>
#include <xmppfed/tls.h>

#endif
