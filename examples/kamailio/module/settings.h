/* settings.h - the parameters of the module (modparam), as Kamailio has read them. */
#ifndef KAMAILIO_MODULE_SETTINGS_H
#define KAMAILIO_MODULE_SETTINGS_H

/* Texts are NULL or, from Kamailio's parser, not empty; README.md says what each is for. */
struct module_settings {
    char *config;      /* the file xmppfed-proxy.conf */
    char *contact;     /* SIP URI where requests within our dialogs are to come */
    char *outbound;    /* SIP URI that all requests are sent to: Kamailio itself */
    char *ledger;      /* file of SQLite; NULL: memory only */
    char *member;      /* a name that no other bridge with this ledger has */
    int grace;         /* seconds for which an error from XMPP is waited for */
    int limit;         /* messages under way at one time */
    int watch_limit;   /* watches at one time */
    char *db_url;      /* where the table of users is; NULL: the store has them */
    char *users_table; /* its name */
};

#endif
