package integration

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/solver/pb"
	"google.golang.org/protobuf/encoding/protojson"
)

// graph is the LLB of a build, as convertllb gives it.
type graph struct {
	Def      map[string]*pb.Op
	Metadata map[string]*pb.OpMetadata
}

// graph asks for the LLB of a build.
func (b *bed) graph(t *testing.T, req build) *graph {
	t.Helper()
	var doc struct{ Def, Metadata map[string]json.RawMessage }
	answer := b.ask(t, req, "frontend.convertllb")
	if err := json.Unmarshal(answer, &doc); err != nil {
		t.Fatalf("%v: %.200s", err, answer)
	}
	g := &graph{map[string]*pb.Op{}, map[string]*pb.OpMetadata{}}
	for digest, data := range doc.Def {
		g.Def[digest] = &pb.Op{}
		check(t, protojson.Unmarshal(data, g.Def[digest]))
	}
	for digest, data := range doc.Metadata {
		g.Metadata[digest] = &pb.OpMetadata{}
		check(t, protojson.Unmarshal(data, g.Metadata[digest]))
	}
	return g
}

func (g *graph) name(digest string) string {
	return g.Metadata[digest].GetDescription()["llb.customname"]
}

// picture draws the compile steps with what each stands on, but for what those
// stand on themselves.
func (g *graph) picture() string {
	names, needs := map[string]string{}, map[string][]string{}
	for digest := range g.Def {
		if name := g.name(digest); strings.HasPrefix(name, "[deps] compile ") || strings.HasPrefix(name, "[source] compile ") {
			names[digest] = name
		}
	}
	for digest := range names {
		for _, in := range g.Def[digest].Inputs {
			if names[in.Digest] != "" && !slices.Contains(needs[digest], in.Digest) {
				needs[digest] = append(needs[digest], in.Digest)
			}
		}
	}
	var lines []string
	ids := map[string]string{}
	for i, digest := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return strings.Compare(names[a], names[b]) }) {
		ids[digest] = fmt.Sprintf("s%d", i)
		stage, title, _ := strings.Cut(names[digest], " compile ")
		shape := "%s[%q]"
		if stage == "[source]" {
			shape = "%s([%q])"
		}
		lines = append(lines, fmt.Sprintf("  "+shape, ids[digest], strings.ReplaceAll(title, ", ", "<br>")))
	}
	var edges []string
	for digest, below := range needs {
		for _, one := range below {
			implied := slices.ContainsFunc(below, func(other string) bool { return slices.Contains(needs[other], one) })
			if !implied {
				edges = append(edges, fmt.Sprintf("  %s --> %s", ids[one], ids[digest]))
			}
		}
	}
	slices.Sort(edges)
	return "```mermaid\nflowchart TD\n" + strings.Join(append(lines, edges...), "\n") + "\n```\n"
}

// The picture of the documents is that of a real build.
func TestPictureOfTheGraph(t *testing.T) {
	const file, begin, end = "../docs/how-it-works.md", "<!-- picture -->\n", "<!-- end of picture -->\n"
	b := newBed(t, inProcess)
	var dir string
	for _, p := range realProjects() {
		if p.name == "zoxide" {
			dir = b.fetchReal(t, p)
		}
	}
	drawn := b.graph(t, build{dir: dir, args: map[string]string{"layers": "12"}}).picture()
	data, err := os.ReadFile(file)
	check(t, err)
	before, rest, ok := strings.Cut(string(data), begin)
	was, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the picture", file)
	}
	if *update {
		check(t, os.WriteFile(file, []byte(before+begin+drawn+end+after), 0o644))
		return
	}
	if diff := cmp.Diff(drawn, was); diff != "" {
		t.Errorf("%s is not up to date, run with -update (-want +got):\n%s", file, diff)
	}
}
