# bash completion for the weft command: commands, their options, demo names and files.
_weft() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local commands='view live control ps tail demo record info stat state tree why dump load check validate diff export render'
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$word")
    return
  fi
  local command=${COMP_WORDS[1]} i
  if [[ $command == record ]]; then
    # Behind -- another program's arguments stand, which are none of our business.
    for ((i = 2; i < COMP_CWORD; ++i)); do
      if [[ ${COMP_WORDS[i]} == -- ]]; then
        if ((i + 1 == COMP_CWORD)); then mapfile -t COMPREPLY < <(compgen -c -- "$word"); else mapfile -t COMPREPLY < <(compgen -f -- "$word"); fi
        return
      fi
    done
  fi
  case $before in
    --theme) mapfile -t COMPREPLY < <(compgen -W 'dark light' -- "$word"); return ;;
    --by) mapfile -t COMPREPLY < <(compgen -W 'coroutine site reason' -- "$word"); return ;;
    -o | --output | --script) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W 'text json junit' -- "$word"); return ;;
    --to) if [[ $command == export ]]; then mapfile -t COMPREPLY < <(compgen -W 'perfetto chrome csv' -- "$word"); return; fi ;;
    --only | --without) mapfile -t COMPREPLY < <(compgen -W 'held-thread never-yielded wait-cycle blocked-at-end starved late-timer blocking-call growing-queue never-joined two-waiters stack-near-guard lone-yields wake-without-effect lost-wakeup not-polled spawn-grows zone-open idle-thread queue-delay' -- "$word"); return ;;
    --at) mapfile -t COMPREPLY < <(compgen -W 'end' -- "$word"); return ;;
  esac
  if [[ $word == -* ]]; then
    local options=
    case $command in
      view) options='--theme --event --select --script' ;;
      live) options='--output --ring --force --theme' ;;
      tail) options='--output --ring --force' ;;
      control | ps | info | validate | diff) options='--json' ;;
      demo) options='--seconds --no-window --list --output --force --theme' ;;
      record) options='--output --ring --order-only --no-patch --force --' ;;
      stat) options='--by --json' ;;
      state | why) options='--at --json' ;;
      tree) options='--at --live --json' ;;
      dump) options='--from --to --coroutine --json' ;;
      check) options='--max-run --p99-delay --format --json --only --without --kinds' ;;
      export) options='--to --output --all' ;;
      load) options='--output' ;;
      render) options='--output --from --to --size --theme --at --select' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options --help --version" -- "$word")
    return
  fi
  case $command in
    demo) mapfile -t COMPREPLY < <(compgen -W "$(weft demo --list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word") ;;
    control) mapfile -t COMPREPLY < <(compgen -W "$(weft ps 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word") ;;
    live | tail) mapfile -t COMPREPLY < <(compgen -W "$(weft ps 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word"; compgen -f -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -o filenames -F _weft weft
