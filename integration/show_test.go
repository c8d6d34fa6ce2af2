package integration

import (
	"bytes"
	"strings"
	"testing"

	"github.com/moby/buildkit/solver/errdefs"
)

// mustShow wants the error to show a line of a file: what BuildKit's clients
// print below the message.
func mustShow(t *testing.T, sources []*errdefs.Source, file, line string) {
	t.Helper()
	var all []string
	for _, s := range sources {
		if s.Info.Filename != file || len(s.Ranges) == 0 {
			all = append(all, s.Info.Filename)
			continue
		}
		n := int(s.Ranges[0].Start.Line)
		lines := strings.Split(string(s.Info.Data), "\n")
		if n < 1 || n > len(lines) {
			t.Errorf("%s has no line %d", file, n)
			continue
		}
		from, to := max(n-2, 0), min(n+1, len(lines))
		if strings.Contains(strings.Join(lines[from:to], "\n"), line) {
			var printed bytes.Buffer
			check(t, s.Print(&printed))
			return
		}
		all = append(all, file+": "+lines[n-1])
	}
	t.Errorf("the error should show %q of %s, but shows %q", line, file, all)
}
