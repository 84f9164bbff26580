# xmppfedctl.bash - completion of xmppfedctl for bash: options, commands, names and fields of records.
_xmppfedctl()
{
    local current="${COMP_WORDS[COMP_CWORD]}" words=() options=() i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
        --socket) i=$((i + 1)); options=(--socket "${COMP_WORDS[i]}") ;;
        --*) ;;
        *) words+=("${COMP_WORDS[i]}") ;;
        esac
    done
    if [[ "${COMP_WORDS[COMP_CWORD - 1]}" == --socket ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    if [[ "$current" == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "--socket --json --version --help" -- "$current")
        return
    fi
    local choices=""
    case "${words[*]}" in
    "")
        choices="status streams explain partner policy gateway user rule block contact import"
        choices+=" export check audit reload diagnose test-im last-failure" ;;
    streams) choices="list close" ;;
    partner) choices="new set get remove list" ;;
    policy) choices="new set get remove grant revoke" ;;
    gateway) choices="get set" ;;
    user) choices="list set" ;;
    rule) choices="list set remove" ;;
    block) choices="list add remove" ;;
    contact) choices="list add remove block" ;;
    import)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return ;;
    "partner get" | "partner set" | "partner remove" | diagnose | last-failure | "streams close")
        choices=$(xmppfedctl "${options[@]}" partner list 2>/dev/null |
            awk 'NR > 1 && $1 != "-" { print $1 }') ;;
    "policy get" | "policy set" | "policy remove" | "policy grant "*)
        choices=$(xmppfedctl "${options[@]}" policy get 2>/dev/null | awk 'NR > 1 { print $1 }') ;;
    "partner new "* | "partner set "*)
        choices="AdditionalDomains= Description= PartnerType= TlsNegotiation= SaslNegotiation="
        choices+=" SupportDialbackNegotiation= AllowPlaintext= EnableKeepAlive= ConnectionLimit="
        choices+=" ProxyFqdn= Addresses= Bidi= Posh= Eku= Dane= TlsMinimum= MinimumProof= Pins= PinOnly="
        choices+=" TrustAnchors= Gateway. Inbound. Outbound." ;;
    "policy new "* | "policy set "*)
        choices="Description= EnableFederationAccess= EnableXmppAccess= EnablePublicCloudAccess="
        choices+=" EnablePublicCloudAudioVideoAccess= EnableOutsideAccess=" ;;
    "gateway set"*)
        choices="AllowFederatedUsers= Strict= ConnectionLimit= PartnerConnectionLimit="
        choices+=" StreamEstablishmentTimeout= StreamInactivityTimeout= KeepAliveInterval="
        choices+=" SubscriptionRefreshInterval= InvitationRate= BidirectionalStreams=" ;;
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
