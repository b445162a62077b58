package artifact

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
	text, err := kind.EncodeJSON(&v)
	if err != nil {
		t.Fatal(err)
	}
	gob, _, err := kind.EncodeGob(&v)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file   []byte
		decode func(b []byte) error
	}{
		"json": {text, func(b []byte) error { return kind.decodeJSON(bytes.NewReader(b), new(thing), "", nil) }},
		"list": {text, func(b []byte) error {
			return kind.decodeJSON(bytes.NewReader(b), new(thing), "values", func(d *json.Decoder) error {
				return d.Decode(new(float64))
			})
		}},
		"gob": {gob, func(b []byte) error { _, err := kind.decodeGob(bytes.NewReader(b), new(thing)); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.decode(c.file); err != nil {
				t.Fatal(err)
			}
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

func TestOtherKinds(t *testing.T) {
	v := thing{Name: "x"}
	older := Kind{Format: "thing", Version: 1, Program: "make_thing"}
	other := Kind{Format: "other", Version: 2, Program: "make_other"}
	oldJSON, _ := older.EncodeJSON(&v)
	otherJSON, _ := other.EncodeJSON(&v)
	oldGob, _, _ := older.EncodeGob(&v)
	otherGob, _, _ := other.EncodeGob(&v)
	gob := func(b []byte) error { _, err := kind.decodeGob(bytes.NewReader(b), new(thing)); return err }
	for want, err := range map[string]error{
		"is version 1 of the thing format and this program reads version 2": kind.decodeJSON(bytes.NewReader(oldJSON), new(thing), "", nil),
		`is a "other" file where a thing file is needed`:                    kind.decodeJSON(bytes.NewReader(otherJSON), new(thing), "", nil),
		"is version 1 of the thing format and this program reads version":   gob(oldGob),
		`is a "other" file where a thing file is`:                           gob(otherGob),
		"is not a thing file; run make_thing again":                         gob([]byte("hello")),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A file is whole or absent; its permissions follow the umask.
func TestCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	if err := WriteFile(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	want(t, dir, path, "old", 2)
	if err := f.Finish(); err != nil {
		t.Fatal(err)
	}
	want(t, dir, path, "old", 2)
	if err := Commit(f); err != nil {
		t.Fatal(err)
	}
	f.Cleanup()
	want(t, dir, path, "new", 1)
	if f, err = Create(path); err != nil {
		t.Fatal(err)
	}
	f.Cleanup()
	want(t, dir, path, "new", 1)

	if _, err := Create(dir); err == nil || !strings.HasSuffix(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "no", "x")); err == nil ||
		!strings.HasPrefix(err.Error(), filepath.Join(dir, "no", "x")) {
		t.Errorf("no folder: %v", err)
	}
	if err := WriteFile("/dev/null", []byte("x")); err != nil {
		t.Error(err)
	}
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

// A list can be left in the file and read one by one; everything else is read as ever.
func TestReadList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.json")
	for _, values := range [][]float64{{1, 0.1, 1e300}, {}, nil} {
		if err := kind.WriteJSON(path, &thing{Name: "a \"}", Values: values}); err != nil {
			t.Fatal(err)
		}
		var v thing
		var got []float64
		err := kind.ReadListJSON(path, &v, "values", func(d *json.Decoder) error {
			got = append(got, 0)
			return d.Decode(&got[len(got)-1])
		})
		if err != nil || v.Name != "a \"}" || v.Values != nil || !slices.Equal(got, values) || v.Checksum == "" {
			t.Errorf("%v: %+v with %v", err, v, got)
		}
	}
}

// Of several values the first can be read alone.
func TestGobValues(t *testing.T) {
	file, want, err := kind.EncodeGob(&thing{Name: "x"}, &[]int{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	var v thing
	var list []int
	for _, values := range [][]any{{&v}, {&v, &list}} {
		if got, err := kind.decodeGob(bytes.NewReader(file), values...); err != nil || got != want || v.Name != "x" {
			t.Errorf("%v: %+v", err, v)
		}
	}
	if !slices.Equal(list, []int{1, 2}) {
		t.Errorf("read %v", list)
	}
	if _, err := kind.decodeGob(bytes.NewReader(file), &v, &list, &list); err == nil {
		t.Error("a value is read that is not there")
	}
}

// JSON is laid out for people; datasets take a line each.
func TestIndent(t *testing.T) {
	got := string(indent([]byte(`{"a":[],"b":{},"c":[1,2.5],"d":["x, y:"],"e":[[1,2],[3]],` +
		`"datasets":[{"name":"q\"]}","m":[{"n":1}]},{"name":"\\"}],"f":[{"g":1,"datasets":[{"h":2}]}]}`)))
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
  ]
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
	f.Add(gob)
	f.Add([]byte("mlpipeline thing 2 0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v thing
		if kind.decodeJSON(bytes.NewReader(b), &v, "", nil) == nil {
			if again, err := kind.EncodeJSON(&v); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%q is accepted and not what is written", b)
			}
		}
		// Behind a valid checksum anything may stand; it must not crash.
		_, _ = kind.decodeGob(bytes.NewReader(Seal(kind, b)), &v)
	})
}
