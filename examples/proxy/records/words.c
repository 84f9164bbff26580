/* words.c - the words of the partner file and of the administration socket. */
#include "proxy/records/words.h"

#include <stdio.h>
#include <string.h>
#include <xmppfed/policy.h>
#include <xmppfed/tls.h>

const struct record_word words_negotiation[] = {{"Required", XMPPFED_REQUIRED},
                                                {"Optional", XMPPFED_OPTIONAL},
                                                {"NotSupported", XMPPFED_NOT_SUPPORTED},
                                                {NULL, 0}};

const struct record_word words_partner_type[] = {
    {"Federated", XMPPFED_PARTNER_FEDERATED},
    {"PublicVerified", XMPPFED_PARTNER_PUBLIC_VERIFIED},
    {"PublicUnverified", XMPPFED_PARTNER_PUBLIC_UNVERIFIED},
    {NULL, 0}};

const struct record_word words_switch[] = {{"Add", XMPPFED_SWITCH_ADD},
                                           {"SeePresence", XMPPFED_SWITCH_SEE_PRESENCE},
                                           {"SeeNotes", XMPPFED_SWITCH_SEE_NOTES},
                                           {"StartConversation", XMPPFED_SWITCH_START_CONVERSATION},
                                           {"Typing", XMPPFED_SWITCH_TYPING},
                                           {"Receipts", XMPPFED_SWITCH_RECEIPTS},
                                           {"GroupChat", XMPPFED_SWITCH_GROUP_CHAT},
                                           {"Files", XMPPFED_SWITCH_FILES},
                                           {"Calls", XMPPFED_SWITCH_CALLS},
                                           {NULL, 0}};

const struct record_word words_permit[] = {
    {"ByType", XMPPFED_PERMIT_BY_TYPE},   {"Never", XMPPFED_PERMIT_NEVER},
    {"IfAdded", XMPPFED_PERMIT_IF_ADDED}, {"IfMessaged", XMPPFED_PERMIT_IF_MESSAGED},
    {"Always", XMPPFED_PERMIT_ALWAYS},    {NULL, 0}};

const struct record_word words_proof[] = {{"Any", XMPPFED_PROOF_NONE},
                                          {"DialbackTcp", XMPPFED_PROOF_DIALBACK_TCP},
                                          {"DialbackTls", XMPPFED_PROOF_DIALBACK_TLS},
                                          {"Posh", XMPPFED_PROOF_POSH},
                                          {"Pkix", XMPPFED_PROOF_PKIX},
                                          {"Dane", XMPPFED_PROOF_DANE},
                                          {"SharedSecret", XMPPFED_PROOF_SHARED_SECRET},
                                          {NULL, 0}};

const struct record_word words_eku[] = {{"server", XMPPFED_EKU_SERVER},
                                        {"any", XMPPFED_EKU_ANY},
                                        {"strict-role", XMPPFED_EKU_STRICT_ROLE},
                                        {NULL, 0}};

const struct record_word words_dane[] = {{"opportunistic", XMPPFED_DANE_OPPORTUNISTIC},
                                         {"off", XMPPFED_DANE_OFF},
                                         {"required", XMPPFED_DANE_REQUIRED},
                                         {NULL, 0}};

const struct record_word words_ocsp[] = {{"use", XMPPFED_OCSP_USE},
                                         {"ignore", XMPPFED_OCSP_IGNORE},
                                         {"require", XMPPFED_OCSP_REQUIRE},
                                         {NULL, 0}};

const struct record_word words_staple[] = {
    {"good", XMPPFED_STAPLE_GOOD}, {"unusable", XMPPFED_STAPLE_UNUSABLE}, {NULL, 0}};

const struct record_word words_tls_version[] = {
    {"1.2", XMPPFED_TLS_1_2}, {"1.3", XMPPFED_TLS_1_3}, {NULL, 0}};

const struct record_word words_bidi[] = {{"never", XMPPFED_BIDI_NEVER},
                                         {"certificate", XMPPFED_BIDI_CERTIFICATE},
                                         {"any-proof", XMPPFED_BIDI_ANY_PROOF},
                                         {NULL, 0}};

const struct record_word words_method[] = {{"SCRAM", XMPPFED_METHOD_SCRAM},
                                           {"EXTERNAL", XMPPFED_METHOD_EXTERNAL},
                                           {"DB/TLS", XMPPFED_METHOD_DIALBACK_TLS},
                                           {"DB/TCP", XMPPFED_METHOD_DIALBACK_TCP},
                                           {NULL, 0}};

const struct record_word words_gateway[] = {
    {"ConnectionLimit", XMPPFED_GATEWAY_CONNECTION_LIMIT},
    {"PartnerConnectionLimit", XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT},
    {"StreamEstablishmentTimeout", XMPPFED_GATEWAY_ESTABLISHMENT_TIMEOUT},
    {"StreamInactivityTimeout", XMPPFED_GATEWAY_INACTIVITY_TIMEOUT},
    {"KeepAliveInterval", XMPPFED_GATEWAY_KEEP_ALIVE_INTERVAL},
    {"SubscriptionRefreshInterval", XMPPFED_GATEWAY_SUBSCRIPTION_REFRESH},
    {"InvitationRate", XMPPFED_GATEWAY_INVITATION_RATE},
    {"BidirectionalStreams", XMPPFED_GATEWAY_BIDI},
    {"KeepAlivePing", XMPPFED_GATEWAY_KEEP_ALIVE_PING},
    {NULL, 0}};

const struct record_word words_action[] = {{"add", XMPPFED_ACTION_ADD},
                                           {"answer-add", XMPPFED_ACTION_ANSWER_ADD},
                                           {"presence", XMPPFED_ACTION_PRESENCE},
                                           {"probe", XMPPFED_ACTION_PROBE},
                                           {"message", XMPPFED_ACTION_MESSAGE},
                                           {"chat-state", XMPPFED_ACTION_CHAT_STATE},
                                           {"note", XMPPFED_ACTION_NOTE},
                                           {"group-chat", XMPPFED_ACTION_GROUP_CHAT},
                                           {"iq", XMPPFED_ACTION_IQ},
                                           {"remove", XMPPFED_ACTION_REMOVE},
                                           {"error", XMPPFED_ACTION_ERROR},
                                           {"receipt", XMPPFED_ACTION_RECEIPT},
                                           {"file", XMPPFED_ACTION_FILE},
                                           {"call", XMPPFED_ACTION_CALL},
                                           {NULL, 0}};

const struct record_word words_contact[] = {
    {"none", XMPPFED_CONTACT_NONE},       {"messaged", XMPPFED_CONTACT_MESSAGED},
    {"added", XMPPFED_CONTACT_ADDED},     {"blocked", XMPPFED_CONTACT_BLOCKED},
    {"pending", XMPPFED_CONTACT_PENDING}, {NULL, 0}};

const struct record_word words_effect[] = {{"strip-notes", XMPPFED_EFFECT_STRIP_NOTES},
                                           {"auto-accept", XMPPFED_EFFECT_AUTO_ACCEPT},
                                           {"remember-added", XMPPFED_EFFECT_REMEMBER_ADDED},
                                           {"remember-messaged", XMPPFED_EFFECT_REMEMBER_MESSAGED},
                                           {"forget", XMPPFED_EFFECT_FORGET},
                                           {"silent", XMPPFED_EFFECT_SILENT},
                                           {NULL, 0}};

const char *word_of(const struct record_word *words, int value)
{
    for (; words->word; words++)
        if (words->value == value)
            return words->word;
    return "";
}

int word_value(const struct record_word *words, const char *word)
{
    for (; words->word; words++)
        if (strcmp(words->word, word) == 0)
            return words->value;
    return 0;
}

void word_list(const struct record_word *words, char *ret, size_t size)
{
    size_t used = 0;

    ret[0] = '\0';
    for (; words->word && used < size; words++)
        used += (size_t)snprintf(ret + used, size - used, used ? ", %s" : "%s", words->word);
}
