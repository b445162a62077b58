package table

import (
	"context"
	strict "encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// scanWords reads columns of words, "" for a missing one, and what the file was.
func scanWords(in string, workers int, columns ...string) (words [][]string, id dataset.ID, err error) {
	files, err := Open([]string{"-"}, strings.NewReader(in), "")
	if err != nil {
		return nil, id, err
	}
	scan := &Scan{Categories: columns}
	for b, err := range parsed(context.Background(), scan, files, func(*Block) {}) {
		if err == nil {
			err = b.Describe(&id)
		}
		if err != nil {
			return nil, id, err
		}
		gaps := 0
		for i := 0; b.End == "" && i < b.Rows; i++ {
			var row []string
			for _, c := range b.Cats {
				row = append(row, c.Levels[c.Codes[i]])
				if c.Codes[i] == 0 {
					gaps++
				}
			}
			words = append(words, row)
		}
		if b.End == "" && b.Gaps != gaps {
			return nil, id, fmt.Errorf("%d gaps are counted, and there are %d", b.Gaps, gaps)
		}
	}
	return words, id, nil
}

// checkWords compares with encoding/csv.
func checkWords(t *testing.T, in string, workers int) {
	t.Helper()
	r := strict.NewReader(strings.NewReader(in))
	records, wantErr := r.ReadAll()
	if wantErr == nil && len(records) > 0 && strangeHeader(records[0]) {
		return
	}
	got, _, err := scanWords(in, workers, "w")
	bad := wantErr != nil || len(records) < 2 || !slices.Contains(records[0], "w")
	if err != nil || bad {
		utf := wantErr == nil && slices.ContainsFunc(records, func(rec []string) bool {
			return slices.ContainsFunc(rec, func(cell string) bool { return !utf8.ValidString(cell) })
		})
		if bad != (err != nil) && !utf {
			t.Fatalf("%q: %v, encoding/csv %v", in, err, wantErr)
		}
		return
	}
	column := slices.Index(records[0], "w")
	for i, rec := range records[1:] {
		want := rec[column]
		if csv.Missing([]byte(want)) {
			want = ""
		}
		if i >= len(got) || got[i][0] != want {
			t.Fatalf("row %d of %d is %q, want %q, in %q", i, len(got), got[min(i, len(got)-1)], want, in)
		}
	}
}

// Words are what encoding/csv reads, short and long, however they are written.
func TestWords(t *testing.T) {
	long := strings.Repeat("x", 600000) // than a block
	for _, in := range []string{
		"w\nsun\nrain\nsun\n", "w\r\nsun\r\nrain\r\nNA\r\n", "a,w\n1,sun", "w,a\nsun,1\n,2\nnull,3\nnan,4\nNaN ,5\n",
		"w\nsevenby\neightbyt\neightby\nninebytes\n", "w\n" + strings.Repeat("a\x00\na\na\x00\x00\n", 3), "w,a\nx\ry,1\nx,2\r\n\rx,3\n",
		"a,w\n1,a\rb\n2,\r\r\n3,a\r\r\n", "w\n\"rain, heavy\"\n\"a \"\"b\"\"\"\n\"two\nlines\"\n", "w\nMünchen\n東京\n",
		"w\n\"sun\"\nsun\n\"\"\n", "w\n0\n00\n1e0\n1\n", "w\n" + strings.Repeat("long", 100) + "\nlong\n", "w\n\n\nsun\n",
		"w,a\n,1\n,2\nsun,3\n,4\n", "w,a\n" + long + ",1\n" + strings.Repeat("sun,2\nrain,3\n", 60000) + long + ",4\n",
	} {
		checkWords(t, in, 2)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, quote := range []string{"", `"`} {
		var b strings.Builder
		b.WriteString("x,w\n")
		for i := range 60000 { // over several blocks
			word := strings.Repeat("é", r.IntN(6)) + fmt.Sprint(r.IntN(30))
			if i%1000 == 0 {
				word = quote + word + quote
			}
			fmt.Fprintf(&b, "%d,%s\n", i, word)
		}
		checkWords(t, b.String(), 3)
	}
	_, _, err := scanWords("w,a\nsun,1\n\xffain,2\n", 1, "w")
	testutil.Fails(t, err, `-:3: column "w": "\xffain" is not UTF-8; save the file as UTF-8`)
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"a,w\n1,sun\n", "w\r\na\r\n", "w,b\n\"1\",\"x\ny\"\n3,4\n", "w\n1\n\n2", "w\nx\ry\n",
		"w\nfourteen bytes\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if !strings.HasPrefix(in, csv.BOM) {
			checkWords(t, in, 2)
		}
	})
}

// A word that has come before is read by the short way.
func TestShortIsTaken(t *testing.T) {
	pad := strings.Repeat("\x00", csv.Padding)
	var c Category
	c.reset(3)
	for _, s := range []string{"sun", "seven77", "longer than eight"} {
		code := testutil.Must(c.code([]byte(s)))(t)
		for range 2 {
			if got, end, ok := c.read([]byte(s+",1\n"+pad), 0); !ok || got != code || end != len(s) {
				t.Errorf("%s is not taken", s)
			}
		}
	}
}
