/* error_table.h - RFC 7247 tables 2 and 3 as rows; included by error.c. */
#ifndef TRANSLATE_ERROR_TABLE_H
#define TRANSLATE_ERROR_TABLE_H

/*
 * Table 2. "device" is for an error about a full JID, "user" for one about a bare one (notes 1, 2);
 * where the RFC leaves a choice without naming a rule, the first it names is for the device.
 */
static const struct condition_row {
    const char *condition;
    int device;
    int user;
} condition_rows[] = {
    {"bad-request", 400, 400},
    {"conflict", 400, 400},
    {"feature-not-implemented", 405, 501},
    {"forbidden", 403, 603},
    {"gone", 410, 410}, /* 301 with an address: note 3 */
    {"internal-server-error", 500, 500},
    {"item-not-found", 404, 604},
    {"jid-malformed", 400, 400},
    {"not-acceptable", 406, 606},
    {"not-allowed", 403, 403},
    {"not-authorized", 401, 401},
    {"policy-violation", 403, 403},
    {"recipient-unavailable", 480, 600},
    {"redirect", 302, 302},
    {"registration-required", 407, 407},
    {"remote-server-not-found", 404, 404}, /* 408 if it cannot be resolved: note 4 */
    {"remote-server-timeout", 408, 408},
    {"resource-constraint", 500, 500},
    /* Note 5: closest are 403 and 405. A device that lacks the feature; a user who may not exist.
     */
    {"service-unavailable", 405, 403},
    {"subscription-required", 400, 400},
    {"undefined-condition", 400, 400},
    {"unexpected-request", 491, 400},
};

/* Table 3. The phrases are for responses that we make. */
static const struct status_row {
    int status;
    const char *condition;
    const char *phrase; /* RFC 3261 section 21 and the RFCs of notes 6 to 8 */
} status_rows[] = {
    {300, "redirect", "Multiple Choices"},
    {301, "gone", "Moved Permanently"},
    {302, "redirect", "Moved Temporarily"},
    {305, "redirect", "Use Proxy"},
    {380, "not-acceptable", "Alternative Service"},
    {400, "bad-request", "Bad Request"},
    {401, "not-authorized", "Unauthorized"},
    {402, "bad-request", "Payment Required"},
    {403, "forbidden", "Forbidden"},
    {404, "item-not-found", "Not Found"},
    {405, "feature-not-implemented", "Method Not Allowed"},
    {406, "not-acceptable", "Not Acceptable"},
    {407, "registration-required", "Proxy Authentication Required"},
    {408, "remote-server-timeout", "Request Timeout"},
    {410, "gone", "Gone"},
    {413, "policy-violation", "Request Entity Too Large"},
    {414, "policy-violation", "Request-URI Too Long"},
    {415, "not-acceptable", "Unsupported Media Type"},
    {416, "not-acceptable", "Unsupported URI Scheme"},
    {420, "feature-not-implemented", "Bad Extension"},
    {421, "not-acceptable", "Extension Required"},
    {423, "resource-constraint", "Interval Too Brief"},
    {430, "recipient-unavailable", "Flow Failed"},
    {439, "feature-not-implemented", "First Hop Lacks Outbound Support"},
    {440, "policy-violation", "Max-Breadth Exceeded"},
    {480, "recipient-unavailable", "Temporarily Unavailable"},
    {481, "item-not-found", "Call/Transaction Does Not Exist"},
    {482, "not-acceptable", "Loop Detected"},
    {483, "not-acceptable", "Too Many Hops"},
    {484, "item-not-found", "Address Incomplete"},
    {485, "item-not-found", "Ambiguous"},
    {486, "recipient-unavailable", "Busy Here"},
    {487, "recipient-unavailable", "Request Terminated"},
    {488, "not-acceptable", "Not Acceptable Here"},
    {489, "policy-violation", "Bad Event"},
    {491, "unexpected-request", "Request Pending"},
    {493, "bad-request", "Undecipherable"},
    {500, "internal-server-error", "Server Internal Error"},
    {501, "feature-not-implemented", "Not Implemented"},
    {502, "remote-server-not-found", "Bad Gateway"},
    {503, "internal-server-error", "Service Unavailable"},
    {504, "remote-server-timeout", "Server Time-out"},
    {505, "not-acceptable", "Version Not Supported"},
    {513, "policy-violation", "Message Too Large"},
    {600, "recipient-unavailable", "Busy Everywhere"},
    {603, "recipient-unavailable", "Decline"},
    {604, "item-not-found", "Does Not Exist Anywhere"},
    {606, "not-acceptable", "Not Acceptable"},
};

/* What is not listed, by its class (RFC 7247 3.2). */
static const char *const class_conditions[] = {
    [3] = "redirect",
    [4] = "bad-request",
    [5] = "internal-server-error",
    [6] = "recipient-unavailable",
};

#endif
