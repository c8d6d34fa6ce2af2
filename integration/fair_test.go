package integration

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"
)

// A small build beside three cold ones of nearly 300 packages takes turns with them and does
// not wait for them: within three times what it takes alone, and ten seconds, it is there.
func TestSmallBuildBesideLargeOnes(t *testing.T) {
	b := newBed(t, inProcess)
	large := b.fetchReal(t, realProject{name: "miniserve", version: "0.35.0"})
	fresh := func() map[string]string { // flags that no step was compiled with before
		return map[string]string{"env": "RUSTFLAGS=--cfg=fresh_" + strings.ToLower(rand.Text())}
	}
	hello := func() time.Duration {
		start := time.Now()
		res := b.build(t, build{dir: exampleHello, args: fresh()})
		if len(res.compiled()) == 0 {
			t.Fatal("nothing was compiled")
		}
		return time.Since(start)
	}
	alone := hello()
	stop := make(chan struct{})
	var running sync.WaitGroup
	for range 3 {
		args := fresh()
		running.Go(func() { b.try(t, build{dir: large, args: args, stop: stop}) })
	}
	time.Sleep(30 * time.Second) // all three compile by then
	beside := hello()
	close(stop)
	running.Wait()
	// What was stopped leaves no lock behind.
	after := hello()
	t.Logf("alone %.1f s, beside three large builds %.1f s, after they were stopped %.1f s", alone.Seconds(), beside.Seconds(), after.Seconds())
	if most := 3*alone + 10*time.Second; beside > most {
		t.Errorf("beside three large builds it took %.1f s, at most %.1f s", beside.Seconds(), most.Seconds())
	}
	if most := 2*alone + 5*time.Second; after > most {
		t.Errorf("after they were stopped it took %.1f s, at most %.1f s", after.Seconds(), most.Seconds())
	}
}
