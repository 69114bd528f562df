_lac() {
    local cur=$2 rest=${COMP_LINE:0:COMP_POINT} words=() i word candidate
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        # Without a blank before it, it is one word with what went before.
        local apart=$((i == 0))
        [[ $rest == [[:space:]]* ]] && apart=1
        rest=${rest#"${rest%%[![:space:]]*}"}
        ((i == COMP_CWORD)) && word=$rest
        rest=${rest#"$word"}
        if ((apart)); then
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
    done
    word=${words[${#words[@]} - 1]}
    local before=${word%"$cur"}
    COMPREPLY=()
    while IFS= read -r candidate; do
        [[ $candidate == "$before"* ]] || continue
        candidate=${candidate#"$before"}
        if [[ $candidate == *[!A-Za-z0-9@._+:/=-]* ]]; then
            printf -v candidate %q "$candidate"
        fi
        COMPREPLY+=("$candidate")
    done < <(
        _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1)) COMPLETE=bash \
            'lac' -- "${words[@]}" 2>/dev/null
    )
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} != *[=/:] ]]; then
        compopt +o nospace 2>/dev/null
    fi
}
complete -o nospace -o nosort -F _lac lac 2>/dev/null || complete -o nospace -F _lac lac
