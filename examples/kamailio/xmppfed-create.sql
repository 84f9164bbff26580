-- xmppfed-create.sql - the table of users that the module xmppfed reads (modparam users_table).
--
-- SQLite:      sqlite3 /var/lib/kamailio/kamailio.sqlite <xmppfed-create.sql
-- PostgreSQL:  psql kamailio <xmppfed-create.sql
-- MySQL:       mysql kamailio <xmppfed-create.sql
--
-- A user who is not here has no site, no granted policy and no group, as in the records of the proxy
-- (doc/proxy.md). An empty text says the same of one column.
CREATE TABLE xmppfed_users (
    username VARCHAR(64) NOT NULL,
    domain VARCHAR(253) NOT NULL,
    site VARCHAR(64) DEFAULT '' NOT NULL,    -- whose policy holds
    policy VARCHAR(64) DEFAULT '' NOT NULL,  -- the granted user policy
    grp VARCHAR(64) DEFAULT '' NOT NULL,     -- whose partner rules hold
    branch INTEGER DEFAULT 0 NOT NULL,       -- 1: homed on a survivable branch, no XMPP
    PRIMARY KEY (username, domain)
);
