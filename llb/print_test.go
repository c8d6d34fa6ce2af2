package llb

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"

	"github.com/org/rust-frontend/plan"
)

// graph is a marshalled state whose vertices are numbered in its order.
type graph struct {
	ops  []*pb.Op
	meta []llb.OpMetadata
	nums map[string]int
	head digest.Digest
}

func marshal(t *testing.T, st llb.State) *graph {
	t.Helper()
	def, err := st.Marshal(t.Context(), llb.LinuxAmd64)
	if err != nil {
		t.Fatal(err)
	}
	g := &graph{nums: map[string]int{}}
	if g.head, err = def.Head(); err != nil {
		t.Fatal(err)
	}
	for i, data := range def.Def {
		op := &pb.Op{}
		if err := op.UnmarshalVT(data); err != nil {
			t.Fatal(err)
		}
		dgst := digest.FromBytes(data)
		g.nums[dgst.String()] = i
		g.ops = append(g.ops, op)
		g.meta = append(g.meta, def.Metadata[dgst])
	}
	return g
}

// name is what a person sees of a vertex.
func (g *graph) name(i int) string { return g.meta[i].Description["llb.customname"] }

// input is an input of a vertex as a vertex and an output of it.
func (g *graph) input(op *pb.Op, i int64) (num int, output int64) {
	if i < 0 {
		return -1, 0
	}
	in := op.Inputs[i]
	return g.nums[in.Digest], in.Index
}

// ref names an input for people.
func (g *graph) ref(op *pb.Op, i int64) string {
	num, output := g.input(op, i)
	switch {
	case num < 0:
		return "scratch"
	case output != 0:
		return fmt.Sprintf("#%d.%d", num, output)
	}
	return fmt.Sprintf("#%d", num)
}

// String is the golden text: numbers and never digests, so that a change shows
// where it is made and not in all that follows.
func (g *graph) String() string {
	var b strings.Builder
	for i, op := range g.ops {
		if op.Op == nil {
			fmt.Fprintf(&b, "result %s\n", g.ref(op, 0))
			continue
		}
		fmt.Fprintf(&b, "#%d %s\n", i, g.name(i))
		if g.meta[i].IgnoreCache {
			b.WriteString("  no cache\n")
		}
		if group := g.meta[i].ProgressGroup; group != nil {
			fmt.Fprintf(&b, "  group %s\n", group.Name)
		}
		var refs []string
		for j := range op.Inputs {
			refs = append(refs, g.ref(op, int64(j)))
		}
		if len(refs) > 0 {
			fmt.Fprintf(&b, "  inputs %s\n", strings.Join(refs, " "))
		}
		g.body(&b, op)
		b.WriteString("\n")
	}
	return b.String()
}

func (g *graph) body(b *strings.Builder, op *pb.Op) {
	switch o := op.Op.(type) {
	case *pb.Op_Source:
		fmt.Fprintf(b, "  source %s\n", o.Source.Identifier)
		for _, k := range slices.Sorted(maps.Keys(o.Source.Attrs)) {
			fmt.Fprintf(b, "    %s=%s\n", k, o.Source.Attrs[k])
		}
	case *pb.Op_File:
		b.WriteString("  file\n")
		if isExecutor(o.File) {
			b.WriteString("    the package executor/\n")
			return
		}
		for i, a := range o.File.Actions {
			fmt.Fprintf(b, "    %s\n", g.action(op, a, i))
		}
	case *pb.Op_Exec:
		g.exec(b, op, o.Exec)
	default:
		fmt.Fprintf(b, "  %T\n", op.Op)
	}
}

// isExecutor tells the sources of the step executor, whose every edit would otherwise show
// in each golden file.
func isExecutor(f *pb.FileOp) bool {
	return slices.ContainsFunc(f.Actions, func(a *pb.FileAction) bool { return a.GetMkfile().GetPath() == "/src/assemble.rs" })
}

// action is one file action in a line; ~N is the output of the action N.
func (g *graph) action(op *pb.Op, a *pb.FileAction, num int) string {
	ref := func(i int64) string {
		if n := int64(len(op.Inputs)); i >= n {
			return fmt.Sprintf("~%d", i-n)
		}
		return g.ref(op, i)
	}
	line := fmt.Sprintf("~%d on %s: ", num, ref(int64(a.Input)))
	switch f := a.Action.(type) {
	case *pb.FileAction_Copy:
		c := f.Copy
		line += fmt.Sprintf("copy %s %s %s", ref(int64(a.SecondaryInput)), c.Src, c.Dest) + attributes(c.Mode, c.Timestamp, c.Owner)
		flags := []struct {
			name string
			on   bool
		}{
			{"contents", c.DirCopyContents}, {"unpack", c.AttemptUnpackDockerCompatibility}, {"parents", c.CreateDestPath},
			{"follow", c.FollowSymlink}, {"wildcard", c.AllowWildcard}, {"empty", c.AllowEmptyWildcard},
			{"replace", c.AlwaysReplaceExistingDestPaths},
		}
		for _, f := range flags {
			if f.on {
				line += " " + f.name
			}
		}
		for _, p := range c.IncludePatterns {
			line += " include=" + p
		}
		for _, p := range c.ExcludePatterns {
			line += " exclude=" + p
		}
	case *pb.FileAction_Mkfile:
		line += fmt.Sprintf("mkfile %s", f.Mkfile.Path) + attributes(f.Mkfile.Mode, f.Mkfile.Timestamp, f.Mkfile.Owner) +
			fmt.Sprintf(" bytes=%d", len(f.Mkfile.Data))
	case *pb.FileAction_Mkdir:
		line += fmt.Sprintf("mkdir %s", f.Mkdir.Path) + attributes(f.Mkdir.Mode, f.Mkdir.Timestamp, f.Mkdir.Owner)
		if f.Mkdir.MakeParents {
			line += " parents"
		}
	default:
		line += fmt.Sprintf("%T", a.Action)
	}
	if a.Output >= 0 {
		line += fmt.Sprintf(" -> %d", a.Output)
	}
	return line
}

func attributes(mode int32, timestamp int64, owner *pb.ChownOpt) string {
	var out string
	if mode >= 0 {
		out += fmt.Sprintf(" mode=%o", mode)
	}
	if timestamp >= 0 {
		out += " time=" + time.Unix(0, timestamp).UTC().Format(time.RFC3339)
	}
	if owner != nil {
		out += " owner=" + userText(owner.User) + ":" + userText(owner.Group)
	}
	return out
}

func userText(u *pb.UserOpt) string {
	switch u := u.GetUser().(type) {
	case *pb.UserOpt_ByID:
		return fmt.Sprint(u.ByID)
	case *pb.UserOpt_ByName:
		return u.ByName.Name
	}
	return ""
}

func (g *graph) exec(b *strings.Builder, op *pb.Op, e *pb.ExecOp) {
	words := strings.Fields(strings.Join(e.Meta.Args, " "))
	fmt.Fprintf(b, "  exec %s\n", strings.Join(words[:min(4, len(words))], " "))
	fmt.Fprintf(b, "    cwd %s, network %s\n", e.Meta.Cwd, e.Network)
	for _, env := range e.Meta.Env {
		// Of a step's document what differs from step to step.
		if doc, ok := strings.CutPrefix(env, plan.StepVariable+"={"); ok {
			_, doc, _ = strings.Cut(doc, `]],`)
			env = "document ..." + doc
		}
		fmt.Fprintf(b, "    env %s\n", env)
	}
	for _, h := range e.Meta.ExtraHosts {
		fmt.Fprintf(b, "    host %s %s\n", h.Host, h.IP)
	}
	for _, m := range e.Mounts {
		fmt.Fprintf(b, "    mount %s from %s %s", m.Dest, g.ref(op, m.Input), m.MountType)
		if m.Readonly {
			b.WriteString(" readonly")
		}
		if m.Output >= 0 {
			fmt.Fprintf(b, " output=%d", m.Output)
		}
		fmt.Fprintf(b, " contentCache=%s\n", m.ContentCache)
	}
}
