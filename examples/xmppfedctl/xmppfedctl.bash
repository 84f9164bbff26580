# xmppfedctl.bash - completion of xmppfedctl for bash: options, commands, names and fields of records.
_xmppfedctl()
{
    local current="${COMP_WORDS[COMP_CWORD]}" words=() options=() i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
        --socket) i=$((i + 1)); options=(--socket "${COMP_WORDS[i]}") ;;
        --config | --key | --trust | --out | --key-type | --organization | --unit | --country | \
            --state | --locality) i=$((i + 1)) ;;
        --*) ;;
        *) words+=("${COMP_WORDS[i]}") ;;
        esac
    done
    case "${COMP_WORDS[COMP_CWORD - 1]}" in
    --socket | --config | --key | --trust | --out)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return ;;
    --key-type)
        mapfile -t COMPREPLY < <(compgen -W "ecdsa256 ecdsa384 rsa2048 rsa3072 rsa4096" -- "$current")
        return ;;
    --organization | --unit | --country | --state | --locality) return ;;
    esac
    local choices=""
    if [[ "$current" == -* ]]; then
        choices="--socket --json --version --help"
        case "${words[*]:0:2}" in
        "cert request")
            choices="--json --config --out --key-type --organization --unit --country --state"
            choices+=" --locality --no-sip --srv-names --client-auth --force" ;;
        "cert check") choices="--json --config --key --trust" ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
        return
    fi
    case "${words[*]}" in
    "")
        choices="status streams explain partner policy gateway user rule block contact import"
        choices+=" export check audit reload drain diagnose test-im log-bodies last-failure cert" ;;
    streams) choices="list close" ;;
    partner) choices="new set get remove list" ;;
    policy) choices="new set get remove grant revoke" ;;
    gateway) choices="get set" ;;
    user) choices="list set" ;;
    rule) choices="list set remove" ;;
    block) choices="list add remove" ;;
    contact) choices="list add remove block" ;;
    cert) choices="request check" ;;
    import | "cert check")
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return ;;
    "partner get" | "partner set" | "partner remove" | diagnose | log-bodies | last-failure | "streams close")
        choices=$(xmppfedctl "${options[@]}" partner list 2>/dev/null |
            awk 'NR > 1 && $1 != "-" { print $1 }') ;;
    "policy get" | "policy set" | "policy remove" | "policy grant "*)
        choices=$(xmppfedctl "${options[@]}" policy get 2>/dev/null | awk 'NR > 1 { print $1 }') ;;
    "partner new "* | "partner set "*)
        choices="AdditionalDomains= Description= PartnerType= TlsNegotiation= SaslNegotiation="
        choices+=" SupportDialbackNegotiation= AllowPlaintext= EnableKeepAlive= ConnectionLimit="
        choices+=" ProxyFqdn= Addresses= Bidi= Posh= Eku= Dane= Ocsp= TlsMinimum= MinimumProof= Pins= PinOnly="
        choices+=" TrustAnchors= SharedSecret= Gateway. Inbound. Outbound." ;;
    "policy new "* | "policy set "*)
        choices="Description= EnableFederationAccess= EnableXmppAccess= EnablePublicCloudAccess="
        choices+=" EnablePublicCloudAudioVideoAccess= EnableOutsideAccess=" ;;
    "gateway set"*)
        choices="AllowFederatedUsers= Strict= ConnectionLimit= PartnerConnectionLimit="
        choices+=" StreamEstablishmentTimeout= StreamInactivityTimeout= KeepAliveInterval="
        choices+=" SubscriptionRefreshInterval= InvitationRate= BidirectionalStreams= KeepAlivePing=" ;;
    "user set "*) choices="Site= Group= Branch=" ;;
    "rule set "*) choices="Allow= Deny=" ;;
    "explain "*)
        case ${#words[@]} in
        3) choices="add answer-add presence probe message chat-state note group-chat iq remove error receipt file call" ;;
        4) choices="none messaged added blocked pending" ;;
        esac ;;
    esac
    [[ "$choices" == *=* ]] && compopt -o nospace 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
}
complete -F _xmppfedctl xmppfedctl
