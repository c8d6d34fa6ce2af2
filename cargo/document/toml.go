package document

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// maxTOMLDepth bounds how deep tables and arrays nest, so that no recursion
// over a document can exhaust the stack.
const maxTOMLDepth = 128

// maxTOMLKey bounds the bytes of a key: the decoder looks the keys of the
// tables above up again for each key below them.
const maxTOMLKey = 4096

// maxTOMLWork bounds the decoder's search for duplicate keys, which compares
// each key with all those before it: about a second.
const maxTOMLWork = 1 << 29

// DecodeTOML decodes a document and finds the place of each table and key. A
// key of lines is joinKey of the path; the elements of arrays have their index
// as a path element. A syntax error is an [*Error] with its line and column.
// The time is linear in the size of the document.
func DecodeTOML(file string, data []byte) (doc map[string]any, lines map[string]Position, err error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	data = data[:len(data):len(data)] // the parser tells offsets by capacity
	if bad := InvalidUTF8(data); bad >= 0 {
		at := NewLineIndex(file, data).Position(bad)
		return nil, nil, Errorf(at, "the file is not UTF-8 text, which TOML must be")
	}
	w := &tomlWalk{
		index:  NewLineIndex(file, data),
		lines:  map[string]Position{},
		arrays: map[string]int{}, inArray: map[string]int{},
		budget: 16*len(data) + 1<<16,
	}
	if err := w.walk(data); err != nil {
		return nil, nil, err
	}
	doc = map[string]any{}
	if err := toml.Unmarshal(data, &doc); err != nil {
		return nil, nil, SyntaxError(file, err)
	}
	return doc, w.lines, nil
}

// InvalidUTF8 gives the offset of the first byte that is not UTF-8, or -1.
func InvalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// SyntaxError makes a sentence of the decoder's error.
func SyntaxError(file string, err error) *Error {
	var syntax *toml.DecodeError
	if !errors.As(err, &syntax) {
		return &Error{Position: Position{File: file}, Msg: "the file is not valid TOML", Err: err}
	}
	line, column := syntax.Position()
	msg := strings.TrimPrefix(syntax.Error(), "toml: ")
	return Errorf(Position{File: file, Line: line, Column: column}, "the file is not valid TOML: %s", msg)
}

// lineIndex turns offsets into lines and columns.
type lineIndex struct {
	file   string
	starts []int // offset of each line
}

// NewLineIndex finds the lines of a file.
func NewLineIndex(file string, data []byte) *lineIndex {
	x := &lineIndex{file: file, starts: make([]int, 1, 1+bytes.Count(data, []byte{'\n'}))}
	for i, b := range data {
		if b == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

func (x *lineIndex) Position(offset int) Position {
	line := sort.SearchInts(x.starts, offset+1)
	return Position{File: x.file, Line: line, Column: offset - x.starts[line-1] + 1}
}

// tomlWalk collects positions from the parser's syntax tree.
type tomlWalk struct {
	index  *lineIndex
	lines  map[string]Position
	arrays map[string]int // number of tables in each array of tables
	// budget bounds the bytes of all paths: without it, long keys above many
	// short ones would take memory of the square of the document's size.
	// When it is used up, positions become those of the table above.
	budget int
	// work estimates the decoder's search among live keys, of which inArray
	// are below an array of tables and forgotten with its next element.
	work, live int
	inArray    map[string]int
	array      string // that the current header is below, "" for none
}

// count adds a key to the work, and fails when that is too much.
func (w *tomlWalk) count(path []string, at Position) error {
	if !w.affordable(path) || w.missing(joinKey(path)) {
		w.live++
		if w.array != "" {
			w.inArray[w.array]++
		}
	}
	if w.work += w.live; w.work > maxTOMLWork {
		return Errorf(at, "the file has too many keys; more than %d are no project's", maxTOMLWork>>14)
	}
	return nil
}

// walk reads all expressions. It leaves syntax errors to the decoder, which
// gives them with their position.
func (w *tomlWalk) walk(data []byte) error {
	var p unstable.Parser
	p.Reset(data)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		var err error
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, err = w.header(e)
		case unstable.KeyValue:
			err = w.keyValue(table, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// header reads [a.b] or [[a.b]] and gives the path of the keys below it.
func (w *tomlWalk) header(e *unstable.Node) ([]string, error) {
	var path []string
	w.array = ""
	for it := e.Key(); it.Next(); {
		at := w.index.Position(int(it.Node().Raw.Offset))
		path = append(path, string(it.Node().Data))
		if err := cmp.Or(checkKey(path, at), w.count(path, at)); err != nil {
			return nil, err
		}
		name := joinKey(path)
		if it.IsLast() {
			w.lines[name] = at
			if e.Kind == unstable.ArrayTable {
				path = append(path, strconv.Itoa(w.arrays[name]))
				w.arrays[name]++
				w.add(path, at)
				if w.array == "" {
					w.array = name
					w.live -= w.inArray[name]
					w.inArray[name] = 0
				}
			}
			break
		}
		if w.missing(name) {
			w.add(path, at)
		}
		if n := w.arrays[name]; n > 0 {
			path = append(path, strconv.Itoa(n-1))
			w.array = cmp.Or(w.array, name)
		}
	}
	return path, nil
}

// keyValue records a key, possibly dotted, and what its value holds.
func (w *tomlWalk) keyValue(above []string, e *unstable.Node) error {
	path := above[:len(above):len(above)]
	for it := e.Key(); it.Next(); {
		at := w.index.Position(int(it.Node().Raw.Offset))
		path = append(path, string(it.Node().Data))
		if err := cmp.Or(checkKey(path, at), w.count(path, at)); err != nil {
			return err
		}
		if w.affordable(path) && (it.IsLast() || w.missing(joinKey(path))) {
			w.add(path, at)
		}
	}
	return w.value(path, e.Value())
}

// value records the elements of arrays and the keys of inline tables.
func (w *tomlWalk) value(path []string, v *unstable.Node) error {
	switch v.Kind {
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			if it.Node().Kind != unstable.KeyValue {
				continue
			}
			if err := w.keyValue(path, it.Node()); err != nil {
				return err
			}
		}
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); i++ {
			node := it.Node()
			element := slices.Concat(path, []string{strconv.Itoa(i)})
			if node.Raw.Length > 0 && w.affordable(element) {
				w.add(element, w.index.Position(int(node.Raw.Offset)))
			}
			if err := checkKey(element, w.index.Position(int(node.Raw.Offset))); err != nil {
				return err
			}
			if err := w.value(element, node); err != nil {
				return err
			}
		}
	}
	return nil
}

// affordable says whether the budget allows one more path.
func (w *tomlWalk) affordable(path []string) bool {
	size := len(path)
	for _, p := range path {
		size += len(p)
	}
	return size <= w.budget
}

// add records a position if the budget allows.
func (w *tomlWalk) add(path []string, at Position) {
	if !w.affordable(path) {
		return
	}
	name := joinKey(path)
	w.budget -= len(name) + 1
	w.lines[name] = at
}

func (w *tomlWalk) missing(name string) bool {
	_, ok := w.lines[name]
	return !ok
}

// checkKey refuses what no program of a person has.
func checkKey(path []string, at Position) error {
	switch {
	case len(path) > maxTOMLDepth:
		return Errorf(at, "tables and arrays are nested more than %d levels deep", maxTOMLDepth)
	case len(path[len(path)-1]) > maxTOMLKey:
		return Errorf(at, "a key has more than %d bytes", maxTOMLKey)
	}
	return nil
}
