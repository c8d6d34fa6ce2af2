package integration

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/moby/buildkit/client"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"

	"github.com/org/rust-frontend/frontend"
)

// ask makes a subrequest and gives its answer, result.json.
func (b *bed) ask(t *testing.T, req build, request string) []byte {
	t.Helper()
	opt := b.solveOpt(t, req, &result{t: t})
	opt.Exports = nil
	opt.FrontendAttrs["requestid"] = request
	var answer []byte
	_, err := b.client.Build(t.Context(), opt, "", func(ctx context.Context, c gwclient.Client) (*gwclient.Result, error) {
		run := func() (*gwclient.Result, error) {
			if req.wrap != nil {
				c = req.wrap(c)
			}
			return frontend.Build(ctx, c)
		}
		if b.driver == gateway {
			opt.FrontendAttrs["source"] = frontendRef
			run = func() (*gwclient.Result, error) {
				return c.Solve(ctx, gwclient.SolveRequest{Frontend: "gateway.v0", FrontendOpt: opt.FrontendAttrs})
			}
		}
		res, err := run()
		if err == nil {
			answer = res.Metadata["result.json"]
		}
		return res, err
	}, discard())
	check(t, err)
	return answer
}

// discard gives a channel for progress that nobody reads.
func discard() chan *client.SolveStatus {
	ch := make(chan *client.SolveStatus)
	go func() {
		for range ch {
		}
	}()
	return ch
}

// llbDocument is a graph as a subrequest or the stage llb gives it.
type llbDocument struct {
	Def    map[string]struct{ Exec *struct{} }
	Source struct{ Infos []struct{ Filename string } }
}

// execs counts the steps that run something.
func (d llbDocument) execs() int {
	n := 0
	for _, op := range d.Def {
		if op.Exec != nil {
			n++
		}
	}
	return n
}

// The graph can be had as BuildKit's own tools print it, with the lines of the
// user's files that its vertices come from.
func TestConvertLLB(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		var graph llbDocument
		answer := b.ask(t, build{dir: exampleHello, args: map[string]string{"layers": "1"}}, "frontend.convertllb")
		if err := json.Unmarshal(answer, &graph); err != nil {
			t.Fatalf("%v: %s", err, answer)
		}
		if execs := graph.execs(); execs != 4 {
			t.Errorf("the graph has %d exec vertices, want those of the executor, of the look at the toolchain and of the two compile steps: %s", execs, answer)
		}
		var files []string
		for _, info := range graph.Source.Infos {
			files = append(files, info.Filename)
		}
		slices.Sort(files)
		if want := []string{"Cargo.lock", "Cargo.toml"}; !slices.Equal(files, want) {
			t.Errorf("the graph comes from %v, want %v", files, want)
		}
	})
}
