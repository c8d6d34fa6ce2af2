package plan

import "fmt"

// SlotsDir holds a file for each processor, shared by all layers of a machine:
// who compiles holds a lock on one.
const SlotsDir = "/slots"

// urgentDir holds a file for each layer that says how urgent it is, in SlotsDir.
const urgentDir = "urgency"

// slot waits for a processor, so that steps that become ready at the same time
// do not swamp the machine. Without flock, or when the files are lost, they
// may: that costs memory and no more.
//
// A step must not wait for one slot while another one is free, and nothing
// waits for several locks at once. So one step at a time, who holds the gate,
// lets a process wait for each slot and takes the first that one of them gets;
// nobody else can come in between. The pipe is open for reading too, so that a
// process that comes late does not hang with a slot in its hands.
//
// The gate is open to the most urgent. Others pass one more for each class below
// (see [urgencies]), and hold them all until they have a slot: so of those
// that are less urgent, one at a time stands at the gate.
func slot(layer string) string {
	return fmt.Sprintf(`if command -v flock >/dev/null; then
  u=0
  if [ -e %[1]s/%[3]s/%[4]s ]; then read -r u <%[1]s/%[3]s/%[4]s || :; fi
  case "$u" in [1-3]) ;; *) u=0 ;; esac
  exec 4>%[1]s/gate0 5>%[1]s/gate1 6>%[1]s/gate2 8>%[1]s/gate
  case $u in 0) flock 4 ;; esac
  case $u in [01]) flock 5 ;; esac
  case $u in [012]) flock 6 ;; esac
  flock 8
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
      flock %[1]s/$i echo $i >&7 4>&- 5>&- 6>&- 8>&- 9>&- &
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
  exec 4>&- 5>&- 6>&- 8>&-
fi
`, SlotsDir, HomeDir, urgentDir, quote(layer))
}
