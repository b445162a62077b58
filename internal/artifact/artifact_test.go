package artifact

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

var kind = Kind{Format: "thing", Version: 2, Program: "make_thing"}

type thing struct {
	Header
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
}

// Whatever is changed, cut off or added is noticed: every truncation, every
// flipped bit, every appended byte.
func TestDamage(t *testing.T) {
	v := thing{Name: "a [b] \"c\"", Values: []float64{1, 0.1, 1e300, -2.5e-300, 0}}
	text := testutil.Must(kind.EncodeJSON(&v))(t)
	gob, _, err := kind.EncodeGob(&v)
	testutil.OK(t, err)
	for name, c := range map[string]struct {
		file   []byte
		decode func(b []byte) error
	}{
		"json": {text, decodeJSON},
		"gob":  {bytes.Join(gob, nil), decodeGob},
	} {
		t.Run(name, func(t *testing.T) {
			testutil.OK(t, c.decode(c.file))
			refuse := func(b []byte, what string, at int) {
				err := c.decode(b)
				if err == nil {
					t.Fatalf("%s at %d: accepted", what, at)
				}
				if !strings.Contains(err.Error(), "make_thing") || strings.Contains(err.Error(), "\n") {
					t.Fatalf("%s at %d: no way out in %q", what, at, err)
				}
			}
			for i := range c.file {
				refuse(c.file[:i], "truncation", i)
				for bit := range 8 {
					b := bytes.Clone(c.file)
					b[i] ^= 1 << bit
					refuse(b, "flipped bit", 8*i+bit)
				}
			}
			for i := range 256 {
				refuse(append(bytes.Clone(c.file), byte(i)), "appended byte", i)
			}
		})
	}
}

// A file of another program is none of ours.
func TestForeign(t *testing.T) {
	testutil.Fails(t, decodeGob([]byte("hello")), "is not a thing file; run make_thing again")
}

func decodeJSON(b []byte) error { return kind.decodeJSON(b, new(thing)) }

func decodeGob(b []byte) error {
	_, err := kind.decodeGob(bytes.NewReader(b), new(thing), nil)
	return err
}

// A file is whole or absent; its permissions follow the umask.
func TestCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	var set Set
	err := WriteFile(path, []byte("old"))
	if err == nil {
		err = set.Write(path, []byte("new"))
	}
	want(t, dir, path, "old", 2)
	testutil.OK(t, errors.Join(err, set.Commit()))
	set.Cleanup()
	want(t, dir, path, "new", 1)
	f := testutil.Must(Create(path))(t)
	f.Cleanup()
	want(t, dir, path, "new", 1)

	testutil.Refused(Create(dir))(t, "is a folder")
	testutil.Refused(Create(filepath.Join(dir, "no", "x")))(t, filepath.Join(dir, "no", "x"))
	testutil.OK(t, WriteFile("/dev/null", []byte("x")))
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/null is no device any more: %v", err)
	}
}

func want(t *testing.T, dir, path, content string, files int) {
	t.Helper()
	b, err := os.ReadFile(path)
	entries, _ := os.ReadDir(dir)
	if err != nil || string(b) != content || len(entries) != files {
		t.Errorf("%q, %v, %d files; want %q in %d", b, err, len(entries), content, files)
	}
}

// After a document nothing may stand, and in it nothing that is unknown or of another type, though
// the checksum be right.
func TestForged(t *testing.T) {
	b, _ := kind.EncodeJSON(&thing{Name: "x", Values: []float64{1}})
	n := len(kind.begin())
	rest := string(b[n+64:])
	in := func(old, other string) string { return strings.Replace(rest, old, other, 1) }
	for forged, passes := range map[string]bool{rest: true, rest + " \n": true, rest + "{}": false, rest + "x": false, rest + "]": false,
		in(`"x"`, `5`): false, in(`"x"`, `{}`): false, in(`[1]`, `"1"`): false, in(`[1]`, `{}`): false, in(`[1]`, `[1e400]`): false,
		in(`"name"`, `"unknown"`): false, in(`[1]`, `[true]`): false} {
		if err := kind.decodeJSON(slices.Concat(b[:n], []byte(digest(b[:n], []byte(forged))), []byte(forged)), new(thing)); (err == nil) != passes {
			t.Errorf("%q: %v", forged, err)
		}
	}
}

// Of several values the first can be read alone.
func TestGobValues(t *testing.T) {
	pieces, want, err := kind.EncodeGob(&thing{Name: "x"}, &[]int{1, 2})
	testutil.OK(t, err)
	file := bytes.Join(pieces, nil)
	var v thing
	var list []int
	rest := func(values ...any) func() []any { return func() []any { return values } }
	for _, values := range []func() []any{nil, rest(), rest(&list)} {
		if got, err := kind.decodeGob(bytes.NewReader(file), &v, values); err != nil || got != want || v.Name != "x" {
			t.Errorf("%v: %+v", err, v)
		}
	}
	if !slices.Equal(list, []int{1, 2}) {
		t.Errorf("read %v", list)
	}
	if _, err := kind.decodeGob(bytes.NewReader(file), &v, rest(&list, &list)); err == nil {
		t.Error("a value is read that is not there")
	}
}

// JSON is laid out for people; datasets take a line each, in a list or by their names.
func TestIndent(t *testing.T) {
	got := string(indent([]byte(`{"a":[],"b":{},"c":[1,2.5],"d":["x, y:"],"e":[[1,2],[3]],` +
		`"datasets":[{"name":"q\"]}","m":[{"n":1}]},{"name":"\\"}],"f":[{"g":1,"datasets":[{"h":2}]}],` +
		`"datasets":{"a":{"rows":1,"l":[1,null]},"b, {":{}},"rows":[null]}`)))
	const want = `{
  "a": [],
  "b": {},
  "c": [1, 2.5],
  "d": [
    "x, y:"
  ],
  "e": [
    [1, 2],
    [3]
  ],
  "datasets": [
    {"name": "q\"]}", "m": [{"n": 1}]},
    {"name": "\\"}
  ],
  "f": [
    {
      "g": 1,
      "datasets": [
        {
          "h": 2
        }
      ]
    }
  ],
  "datasets": {
    "a": {"rows": 1, "l": [1, null]},
    "b, {": {}
  },
  "rows": [null]
}
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func FuzzDecode(f *testing.F) {
	v := thing{Name: "x", Values: []float64{1}}
	text, _ := kind.EncodeJSON(&v)
	gob, _, _ := kind.EncodeGob(&v)
	f.Add(text)
	f.Add(bytes.Join(gob, nil))
	f.Add([]byte("mlpipeline thing 2 0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v thing
		if kind.decodeJSON(b, &v) == nil {
			if again, err := kind.EncodeJSON(&v); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%q is accepted and not what is written", b)
			}
		}
		// Behind a valid checksum anything may stand; it must not crash.
		_, _ = kind.decodeGob(bytes.NewReader(bytes.Join(Seal(kind, [][]byte{b}), nil)), &v, nil)
	})
}

// What no run writes is named by its field, wherever it is.
func TestImpossible(t *testing.T) {
	type inner struct {
		Share float64 `range:"0,1"`
	}
	type outer struct {
		inner
		Rows   int64 `range:"1,"`
		Values []float64
		Inner  []*inner
		hidden float64
	}
	for want, v := range map[string]outer{
		"":       {inner{1}, 1, []float64{-5, 5}, []*inner{nil, {0}}, math.Inf(1)},
		"Rows":   {},
		"Values": {Rows: 1, Values: []float64{1, math.NaN()}},
		"Share":  {Rows: 1, Inner: []*inner{{0.5}, {-1e-9}}},
	} {
		if got := Impossible(&v, 5); got != want {
			t.Errorf("%q is impossible, want %q", got, want)
		}
	}
	if got := Impossible(outer{Rows: 1, Values: []float64{5.1}}, 5); got != "Values" {
		t.Errorf("%q is beyond the limit", got)
	}
}
