# xmppfedctl.bash - completion of xmppfedctl for bash: options, commands, and domains of partners.
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
    "") choices="status streams explain partner gateway contact reload diagnose last-failure" ;;
    streams) choices="list close" ;;
    partner) choices="list show" ;;
    gateway) choices="get" ;;
    contact) choices="list add remove block" ;;
    "partner show" | diagnose | last-failure | "streams close")
        choices=$(xmppfedctl "${options[@]}" partner list 2>/dev/null |
            awk 'NR > 1 && $1 != "-" { print $1 }') ;;
    "explain "*)
        case ${#words[@]} in
        3) choices="add answer-add presence probe message chat-state note group-chat iq remove error" ;;
        4) choices="none messaged added blocked" ;;
        esac ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
}
complete -F _xmppfedctl xmppfedctl
