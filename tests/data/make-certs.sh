#!/bin/sh
# make-certs.sh - makes the fixed certificates of the tests. Run by hand, once; never by the tests.
#
# Every certificate that is already there stays as it is, so that new rows can be added at the end.
# Tests pass TEST_TIME (2025-11-21) as the time, so nothing here goes bad with the calendar.
# The keys protect nothing: all names are from the documentation domains (RFC 2606).
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

always="20200101000000Z 20600101000000Z"
past="20200101000000Z 20250102000000Z"
future="20500101000000Z 20600101000000Z"
both="extendedKeyUsage=serverAuth,clientAuth"
server="extendedKeyUsage=serverAuth"
client="extendedKeyUsage=clientAuth"
srv_name="otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.fabrikam.example"
xmpp_addr="otherName:1.3.6.1.5.5.7.8.5;UTF8:fabrikam.example"

cat >"$work/ca.conf" <<EOF
[ca]
default_ca = tests
[tests]
database = $work/index.txt
new_certs_dir = $work
default_md = sha256
default_crl_days = 12000
policy = any
rand_serial = yes
unique_subject = no
crl_extensions = crl_ext
[any]
commonName = supplied
[crl_ext]
authorityKeyIdentifier = keyid
EOF
: >"$work/index.txt"

key() { # file [rsa]
    if [ "${2:-}" = rsa ]; then
        openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1"
    else
        openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
    fi
}

# make <name> <issuer or "self"> "<from> <until>" <CN> <extension lines> [rsa]
make() {
    [ -e "$1.pem" ] && return 0
    key "$1.key" "${6:-}"
    openssl req -new -key "$1.key" -subj "/CN=$4" -out "$work/req.pem"
    printf '%s\n' "subjectKeyIdentifier=hash" "$5" >"$work/ext.conf"
    if [ "$2" = self ]; then
        signer="-selfsign -keyfile $1.key"
    else
        printf '%s\n' "authorityKeyIdentifier=keyid" >>"$work/ext.conf"
        signer="-cert $2.pem -keyfile $2.key"
    fi
    # shellcheck disable=SC2086
    openssl ca -config "$work/ca.conf" -batch -notext $signer \
        -startdate "${3% *}" -enddate "${3#* }" -in "$work/req.pem" \
        -extfile "$work/ext.conf" -out "$1.pem" 2>"$work/log" || { cat "$work/log"; exit 1; }
}

# leaf <name> <issuer> "<from> <until>" <CN> <subjectAltName or ""> <EKU line or ""> [rsa]
leaf() {
    san=""
    [ -n "$5" ] && san="subjectAltName=$5"
    make "$1" "$2" "$3" "$4" "basicConstraints=CA:FALSE
keyUsage=digitalSignature
$san
$6" "${7:-}"
}

authority() { # name issuer validity CN [more extension lines]
    make "$1" "$2" "$3" "$4" "basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
${5:-}"
}

append_issuer() { # leaf issuer: the chain as a server presents it
    [ "$(grep -c BEGIN "$1.pem")" -gt 1 ] || cat "$2.pem" >>"$1.pem"
}

# Authorities. ca is the anchor of the tests; unknown-ca is in no trust store.
authority ca self "$always" "Test Root CA"
authority unknown-ca self "$always" "Unknown Root CA"
authority expired-ca self "$past" "Expired Root CA"
authority sub-ca ca "$always" "Test Issuing CA"
authority sub-ca-expired ca "$past" "Expired Issuing CA"
authority sub-ca-clientauth ca "$always" "Client Issuing CA" "$client"
authority sub-ca-constrained ca "$always" "Constrained Issuing CA" \
    "nameConstraints=critical,permitted;DNS:contoso.example"

# What works.
leaf contoso ca "$always" contoso.example DNS:contoso.example "$both"
leaf fabrikam ca "$always" fabrikam.example DNS:fabrikam.example "$both"
leaf contoso-rsa ca "$always" contoso.example DNS:contoso.example "$both" rsa
leaf fabrikam-serverauth ca "$always" fabrikam.example DNS:fabrikam.example "$server"
leaf fabrikam-noeku ca "$always" fabrikam.example DNS:fabrikam.example ""
leaf fabrikam-anyeku ca "$always" fabrikam.example DNS:fabrikam.example \
    extendedKeyUsage=anyExtendedKeyUsage
leaf fabrikam-chain sub-ca "$always" fabrikam.example DNS:fabrikam.example "$both"
append_issuer fabrikam-chain sub-ca
leaf fabrikam-srvname ca "$always" "Fabrikam" "$srv_name" "$both"
leaf fabrikam-xmppaddr ca "$always" "Fabrikam" "$xmpp_addr" "$both"
leaf fabrikam-wildcard ca "$always" "Fabrikam" "DNS:*.fabrikam.example" "$both"
# Good only with an OCSP response beside it (RFC 7633).
leaf fabrikam-muststaple ca "$always" fabrikam.example DNS:fabrikam.example "$both
tlsfeature=status_request"
# The same, but what stands there cannot be read.
leaf fabrikam-badfeature ca "$always" fabrikam.example DNS:fabrikam.example "$both
1.3.6.1.5.5.7.1.24=DER:04020500"
# Those that an authority has let sign OCSP responses for it (RFC 6960 4.2.2.2).
leaf ocsp-responder ca "$always" "Test Responder" "" extendedKeyUsage=OCSPSigning
leaf ocsp-responder-expired ca "$past" "Expired Responder" "" extendedKeyUsage=OCSPSigning

# What does not, each for one reason.
leaf fabrikam-clientauth ca "$always" fabrikam.example DNS:fabrikam.example "$client"
leaf fabrikam-expired ca "$past" fabrikam.example DNS:fabrikam.example "$both"
leaf fabrikam-notyet ca "$future" fabrikam.example DNS:fabrikam.example "$both"
leaf fabrikam-cnonly ca "$always" fabrikam.example "" "$both"
leaf fabrikam-wrongname ca "$always" fabrikam.example DNS:other.example "$both"
# "fabrikam.example", a NUL, ".evil.example": CVE-2009-2730 and its relatives.
leaf fabrikam-nul ca "$always" evil.example \
    "DER:3020821e66616272696b616d2e6578616d706c65002e6576696c2e6578616d706c65" "$both"
leaf fabrikam-manynames ca "$always" fabrikam.example \
    "DNS:fabrikam.example$(seq -f ',DNS:n%g.example' 1 256 | tr -d '\n')" "$both"
leaf fabrikam-unknownca unknown-ca "$always" fabrikam.example DNS:fabrikam.example "$both"
leaf fabrikam-expiredca expired-ca "$always" fabrikam.example DNS:fabrikam.example "$both"
leaf fabrikam-revoked ca "$always" fabrikam.example DNS:fabrikam.example "$both"
leaf fabrikam-chain-expired sub-ca-expired "$always" fabrikam.example DNS:fabrikam.example "$both"
append_issuer fabrikam-chain-expired sub-ca-expired
leaf fabrikam-chain-clientauth sub-ca-clientauth "$always" fabrikam.example \
    DNS:fabrikam.example "$both"
append_issuer fabrikam-chain-clientauth sub-ca-clientauth
leaf fabrikam-chain-constrained sub-ca-constrained "$always" fabrikam.example \
    DNS:fabrikam.example "$both"
append_issuer fabrikam-chain-constrained sub-ca-constrained
# The constraint is on dNSName; names of other types slip past it (RFC 5280 4.2.1.10).
leaf fabrikam-chain-slipped sub-ca-constrained "$always" Contoso \
    "DNS:contoso.example,$srv_name,$xmpp_addr" "$both"
append_issuer fabrikam-chain-slipped sub-ca-constrained
leaf fabrikam-selfsigned self "$always" fabrikam.example DNS:fabrikam.example "$both"
leaf fabrikam-selfsigned-expired self "$past" fabrikam.example DNS:fabrikam.example "$both"

# The revocation list of ca.
if [ ! -e crl.pem ]; then
    openssl ca -config "$work/ca.conf" -cert ca.pem -keyfile ca.key \
        -revoke fabrikam-revoked.pem 2>/dev/null
    openssl ca -config "$work/ca.conf" -cert ca.pem -keyfile ca.key -gencrl -out crl.pem 2>/dev/null
fi
# A key that cannot be used without a pass phrase.
[ -e encrypted.key ] || openssl pkcs8 -topk8 -in contoso.key -passout pass:secret -out encrypted.key
