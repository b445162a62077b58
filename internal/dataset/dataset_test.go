package dataset

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

func sketch(rows []uint64) (s Sketch) {
	for _, row := range rows {
		s.Sum += row
		s.Rows++
		s.Sample(row)
	}
	return s
}

// coarseOf is the sketch of rows that come fifty times each.
func coarseOf(rows []uint64) Sketch {
	s := sketch(rows)
	s.Rows *= 50
	return s
}

func randomRows(r *rand.Rand, n int) []uint64 {
	rows := make([]uint64, n)
	for i := range rows {
		rows[i] = r.Uint64()
	}
	return rows
}

// Merged sketches are the sketch of the whole, for any number of parts, in any
// order; they hold the smallest hashes.
func TestSketch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 5, sketchSize, sketchSize + 1, 1000} {
		rows := randomRows(r, n)
		rows = append(rows, rows[:n/2]...) // a row may come twice
		want := slices.Compact(slices.Sorted(slices.Values(rows)))
		want = want[:min(len(want), sketchSize)]
		for parts := 1; parts <= 100; parts++ {
			var merged Sketch
			for _, k := range r.Perm(parts) {
				merged.Merge(sketch(rows[len(rows)*k/parts : len(rows)*(k+1)/parts]))
			}
			if whole := sketch(rows); !slices.Equal(merged.Least, want) || merged.Sum != whole.Sum {
				t.Fatalf("%d rows in %d parts: %v, want %v", n, parts, merged, want)
			}
		}
		b := testutil.Must(json.Marshal(sketch(rows)))(t)
		var back Sketch
		if err := json.Unmarshal(b, &back); err != nil || !slices.Equal(back.Least, want) || back.Sum != sketch(rows).Sum || back.Rows != int64(len(rows)) {
			t.Errorf("%s is read as %v: %v", b, back, err)
		}
	}
	for _, bad := range []string{`"MTI="`, `"MTIzNDU2Nzg="`, `"MTIzNDU2NzgxMjM="`, `""`, `"x"`, `5`} {
		if err := json.Unmarshal([]byte(bad), new(Sketch)); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

// A file is known by its bytes and by its rows, all of them or many. Stations share what happens
// everywhere, which is no reason to refuse one; without time, rows of which many are alike say
// nothing, unless all are the same.
func TestKnown(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	rows, two := randomRows(r, 1000), randomRows(r, 2)
	id := func(name string, rows []uint64) ID {
		return ID{Name: name, XXH64: name, Rows: int64(len(rows)), Sketch: sketch(rows)}
	}
	coarse := func(rows []uint64, n int64) ID {
		return ID{Name: "coarse", XXH64: fmt.Sprint(r.Uint64()), Rows: n, First: NoTime, Sketch: coarseOf(rows)}
	}
	var known Known
	for _, d := range []ID{id("other", randomRows(r, 1000)), id("old", rows), id("one", randomRows(r, 1)), id("two", two),
		coarse(rows[:20], 1000)} {
		known.Add(d)
	}
	for _, c := range []struct {
		what string
		new  ID
		as   float64
		want string
	}{
		{"a tenth of them", id("new", rows[100:200]), Leak, `rows of "old"`},
		{"a tenth of known rows", id("new", slices.Concat(rows[:100], randomRows(r, 900))), Leak, ""},
		{"one row of two", id("new", two[:1]), Leak, ""},
		{"seven tenths alike", id("new", slices.Concat(rows[:700], randomRows(r, 300))), Twice, ""},
		{"one row less, twice", id("new", rows[1:]), Twice, `rows of "old"`},
		{"coarse rows", coarse(rows[:19], 999), Leak, ""},
		{"the same coarse rows", coarse(rows[:20], 1000), Leak, `the rows of "coarse"`},
		{"rows like coarse ones", coarse(rows[:19], 19), Leak, ""},
	} {
		if got := known.Find(c.new, c.as); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	found := 0
	for range 1000 {
		var known Known
		rows := randomRows(r, 500)
		known.Add(id("whole", rows))
		if known.Find(id("fifth", rows[200:300]), Leak) != "" {
			found++
		}
	}
	if found < 970 {
		t.Errorf("a fifth of the rows was found %d times in 1000", found)
	}
}

func TestName(t *testing.T) {
	for path, want := range map[string]string{"a/b.csv": "b", "b.csv.gz": "b", "B.CSV": "B", "b.Csv.GZ": "b", "b": "b",
		"-": "stdin", "a\xff.csv": "a_", "csv.gz": "csv"} {
		if got := Name(path); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
	for name, want := range map[string]bool{"a.csv": true, "a.CSV": true, "a.csv.gz": true, ".a.csv": false,
		"a.txt": false, "a.gz": false, "csv": false} {
		if IsCSV(name) != want {
			t.Errorf("IsCSV(%s) is not %v", name, want)
		}
	}
}

// Only files that lie where data_creation writes them are its own to remove.
func TestInside(t *testing.T) {
	for e, want := range map[[3]string]bool{
		{"train", "a", "train/a.csv"}: true, {"test", "a", "test/a.csv"}: true, {"test", "..", "test/...csv"}: true,
		{"train", "../a", "train/../a.csv"}: false, {"train", "/etc/a", "train//etc/a.csv"}: false,
		{"..", "train/a", "../train/a.csv"}: false, {"other", "a", "other/a.csv"}: false,
		{"train", `..\a`, `train/..\a.csv`}: false, {"train", "a.txt", "train/a.txt"}: false, {"a", "", "a.csv"}: false,
		{"train", "a", "train/b.csv"}: false, {"train", "a", "test/a.csv"}: false,
	} {
		if (&Entry{Part: e[0], Name: e[1], Path: e[2]}).inside() != want {
			t.Errorf("%q: inside is not %v", e, want)
		}
	}
}

// A time is written as it is read, or refused.
func TestTime(t *testing.T) {
	for _, s := range []string{"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z"} {
		when, err := ParseTime(s)
		if err != nil || when.String() != s {
			t.Errorf("%s is read as %v: %v", s, when, err)
		}
		b, _ := json.Marshal(when)
		var back Time
		if err := json.Unmarshal(b, &back); err != nil || back != when {
			t.Errorf("%s is read as %v: %v", b, back, err)
		}
	}
	for _, s := range []string{"9999-12-31T23:59:58-12:00", "0000-01-01T00:00:00+01:00", "2020-01-01T00:00:00.0000001Z",
		"yesterday"} {
		if when, err := ParseTime(s); err == nil {
			t.Errorf("%s passes as %v", s, when)
		}
	}
	if b, _ := json.Marshal(NoTime); !bytes.Equal(b, []byte("null")) {
		t.Errorf("no time is %s", b)
	}
}
