package plan

import "fmt"

// SlotsDir holds a file for each processor, shared by all layers of a machine:
// who compiles holds a lock on one.
const SlotsDir = "/slots"

const (
	// urgentDir holds a file for each layer that says how urgent it is, in SlotsDir.
	urgentDir = "urgency"
	// waitingDir holds a file for each layer that waits, which has a lock on it, in
	// SlotsDir. The first by name is the most urgent.
	waitingDir = "waiting"
)

// slot waits for a processor, so that steps that become ready at the same time
// do not swamp the machine. Without flock, or when the files are lost, they
// may: that costs memory and no more.
//
// A step waits for the one before it in the order of urgency, which lets it go when it
// has a slot, and looks again then. So nobody waits in a circle, and one step is woken
// and not all. A file that nobody has a lock on is of a step that was stopped. One that is
// gone was taken for that, or was of a step of the same layer in another build.
//
// A step must not wait for one slot while another one is free. So the first one takes
// the gate, in case somebody came before it meanwhile, lets a process wait for each slot
// and takes the first that one of them gets; nobody else can come in between. The pipe
// is open for reading too, so that a process that comes late does not hang with a slot
// in its hands.
func slot(layer string) string {
	return fmt.Sprintf(`if command -v flock >/dev/null; then
  u=
  if [ -e %[1]s/%[3]s/%[4]s ]; then read -r u <%[1]s/%[3]s/%[4]s || :; fi
  case "$u" in [0-9][0-9][0-9]) ;; *) u=%[5]d ;; esac
  if [ ! -d %[1]s/%[6]s ]; then mkdir -p %[1]s/%[6]s; fi
  me=%[1]s/%[6]s/$u-%[4]s
  exec 4>"$me" 8>%[1]s/gate
  flock 4
  gate=
  while :; do
    if [ ! -e "$me" ]; then
      exec 4>"$me"
      flock -n 4 || :
    fi
    before=
    for f in %[1]s/%[6]s/*; do
      if [ "$f" = "$me" ]; then break; fi
      before=$f
    done
    case "$before,$gate" in
    ,open) break ;;
    ,) flock 8; gate=open ;;
    *)
      if [ "$gate" ]; then flock -u 8; gate=; fi
      { flock -s 5 4>&- 8>&-; } 2>/dev/null 5<"$before" || :
      if [ -e "$before" ]; then rm -f "$before"; fi
      ;;
    esac
  done
  n=$(nproc) i=0 waiting=
  while [ $i -lt $n ]; do
    exec 9>%[1]s/$i
    if flock -n 9; then break; fi
    i=$((i+1))
  done
  if [ $i -ge $n ]; then
    mkfifo %[2]s/free
    exec 7<>%[2]s/free
    i=0
    while [ $i -lt $n ]; do
      flock %[1]s/$i echo $i >&7 4>&- 8>&- 9>&- &
      waiting="$waiting $!"
      i=$((i+1))
    done
    read -r i <&7
    exec 9>%[1]s/$i
    kill $waiting 2>/dev/null || :
    wait $waiting 2>/dev/null || :
    flock 9
    exec 7>&-
  fi
  rm -f "$me"
  exec 4>&- 8>&-
fi
`, SlotsDir, HomeDir, urgentDir, quote(layer), mostUrgent, waitingDir)
}
