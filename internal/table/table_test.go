package table

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/ordered"
	"mlpipeline/internal/testutil"
)

func ExampleScan() {
	files, err := Open([]string{"-"}, strings.NewReader("timestamp,temperature\n2020-01-01,4.5\n2020-01-02,NA\n"),
		"timestamp")
	if err != nil {
		panic(err)
	}
	scan := Scan{Time: "timestamp", Columns: []string{"temperature"}}
	var id dataset.ID
	for b, err := range scan.Blocks(files[0]) {
		if err != nil {
			panic(err)
		}
		if b.End == "" {
			if err := b.Parse(); err != nil {
				panic(err)
			}
			fmt.Println(b.Cols[0])
		}
		if err := b.Describe(&id); err != nil {
			panic(err)
		}
		b.Free()
	}
	fmt.Println(id.Name, id.Rows, id.Last)
	// Output:
	// [4.5 NaN]
	// stdin 2 2020-01-02T00:00:00Z
}

// rows is what a scan has seen.
type rows struct {
	times  []dataset.Time
	cols   [][]float64
	firsts []int64 // row on which each block begins
	ids    []dataset.ID
}

// scanAll reads files in full.
func scanAll(files []*File, timeColumn string, columns []string, workers int) (*rows, error) {
	all := &rows{cols: make([][]float64, len(columns))}
	var id dataset.ID
	scan := &Scan{Time: timeColumn, Columns: columns}
	for b, err := range parsed(context.Background(), scan, files, func(*Block) {}) {
		if err == nil {
			err = b.Describe(&id)
		}
		if err != nil {
			return all, err
		}
		if b.End != "" {
			all.ids = append(all.ids, id)
			id = dataset.ID{}
			continue
		}
		all.firsts = append(all.firsts, id.Rows-int64(b.Rows))
		all.times = append(all.times, b.Times...)
		for j := range b.Cols {
			all.cols[j] = append(all.cols[j], b.Cols[j]...)
		}
	}
	return all, nil
}

// parsed yields the blocks of files, in order, once they are parsed and work is done on
// them.
func parsed(ctx context.Context, s *Scan, files []*File, work func(*Block)) iter.Seq2[*Block, error] {
	blocks := func(yield func(*Block, error) bool) {
		for _, f := range files {
			for b, err := range s.Blocks(f) {
				if !yield(b, err) || err != nil {
					return
				}
			}
		}
	}
	parse := func(b *Block) (*Block, error) {
		if b.End != "" {
			return b, nil
		}
		err := b.Parse()
		if err == nil {
			work(b)
		}
		return b, err
	}
	return func(yield func(*Block, error) bool) {
		for b, err := range ordered.Map(ctx, 3, blocks, parse) {
			if !yield(b, err) || err != nil {
				return
			}
			b.Free()
		}
	}
}

func scanString(content, timeColumn string, workers int, columns ...string) (*rows, error) {
	files, err := Open([]string{"-"}, strings.NewReader(content), timeColumn)
	if err != nil {
		return nil, err
	}
	return scanAll(files, timeColumn, columns, workers)
}

// What strict CSV allows is read; the line in an error is right.
func TestStrict(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "t,x\n2020-01-01,1\n2020-01-02,2\n", "[1 2]"},
		{"bom", "\ufefft,x\n2020-01-01,1\n", "[1]"},
		{"crlf", "t,x\r\n2020-01-01,1\r\n2020-01-02,\r\n", "[1 NaN]"},
		{"no last newline", "t,x\n2020-01-01,1.5", "[1.5]"},
		{"any order, extra columns", "note,x,t\nhello,1,2020-01-01\n", "[1]"},
		{"quotes", "t,x,note\n\"2020-01-01\",\"1\",\"a, \"\"b\"\"\n and c\"\n2020-01-02,2,\n", "[1 2]"},
		{"missing", "t,x\n2020-01-01,\n2020-01-01,NA\n2020-01-01,nan\n2020-01-01,NULL\n", "[NaN NaN NaN NaN]"},
		{"numbers", "t,x\n2020-01-01,-0.5\n2020-01-01,+1e3\n2020-01-01,.5\n2020-01-01,12345678901234567890\n",
			"[-0.5 1000 0.5 1.2345678901234567e+19]"},
		{"blank lines", "t,x\n\n2020-01-01,1\n\r\n", "[1]"},
		{"times", "t,x\n2020-01-01T00:00:00Z,1\n2020-01-01T02:00:00+01:00,2\n2020-01-01 12:30,3\n2020-01-01 12:30:00.5,4\n", "[1 2 3 4]"},

		{"text", "t,x\n2020-01-01,1\n2020-01-02,one\n", `-:3: column "x": "one" is not a number; data_creation -import cleans a file`},
		{"underscore", "t,x\n2020-01-01,1_000\n", `-:2: column "x": "1_000" is not a number; data_creation -import cleans a file`},
		{"hexadecimal", "t,x\n2020-01-01,0x1p4\n", `-:2: column "x": "0x1p4" is not a number; data_creation -import cleans a file`},
		{"infinity", "t,x\n2020-01-01,Inf\n", `-:2: column "x": "Inf" is not finite`},
		{"too large", "t,x\n2020-01-01,1e400\n",
			`-:2: column "x": "1e400" is not finite: it is beyond the range of float64`},
		{"other digits", "t,x\n2020-01-01,١٢\n", `-:2: column "x": "١٢" is not a number; data_creation -import cleans a file`},
		{"space", "t,x\n2020-01-01, 1\n", `-:2: column "x": " 1" is not a number; data_creation -import cleans a file`},
		{"nul", "t,x\n2020-01-01,1\x00\n", `-:2: column "x": "1\x00" is not a number; data_creation -import cleans a file`},
		{"line after quoted newlines", "t,x,n\n2020-01-01,1,\"a\nb\nc\"\n2020-01-02,?,d\n",
			`-:5: column "x": "?" is not a number; data_creation -import cleans a file`},
		{"short row", "t,x\n2020-01-01,1\n2020-01-02\n", `-:3: 1 cell where the header has 2`},
		{"long row", "t,x\n2020-01-01,1,2\n", `-:2: 3 cells where the header has 2`},
		{"long row in quotes", "t,x\n2020-01-01,1,\"2\"\n", `-:2: 3 cells where the header has 2`},
		{"cut", "t,x\n2020-01-01,1\n2020-0",
			`-:3: column "t": unreadable timestamp: "2020-0" is not an ISO 8601 time such as 2020-01-31T12:00:00Z; data_creation -import reads other forms`},
		{"back", "t,x\n2020-01-02,1\n2020-01-01,1\n",
			`-:3: column "t": time goes back from 2020-01-02T00:00:00Z to 2020-01-01T00:00:00Z; data_creation -import sorts a file`},
		{"no such day", "t,x\n2021-02-29,1\n",
			`-:2: column "t": unreadable timestamp: "2021-02-29" is not an ISO 8601 time such as 2020-01-31T12:00:00Z; data_creation -import reads other forms`},
		{"no time", "t,x\n,1\n", `-:2: column "t": the timestamp is missing`},
		{"lone quote", "t,x\n2020-01-01,1\"\n", `-:2: bare " in non-quoted-field`},
		{"open quote", "t,x\n2020-01-01,\"1\n", `-:2: a quote is opened here and never closed`},
		{"open quote after others", "t,x\n2020-01-01,\"1\"\n\"2020-01-02\",\"\n\"\"\n\n", `-:3: a quote is opened here and never closed`},
		{"empty", "", `-: is empty; a header line is needed`},
		{"header alone", "t,x\n", `-: no data rows`},
		{"utf-16", "\xff\xfet\x00", `-: is UTF-16; save it as UTF-8`},
		{"latin-1", "t,x,\xb0\n2020-01-01,1,2\n",
			`-:1: column 3 is named "\xb0", which is not UTF-8; save the file as UTF-8`},
		{"twice", "t,x,x\n", `-:1: column "x" comes twice in the header; rename one`},
		{"no name", "t,,x\n", `-:1: column 2 has no name in the header`},
		{"no column", "t,y\n2020-01-01,1\n", `-:1: there is no column "x"; the header has "t", "y"`},
		{"no column below empty lines", "\n\r\nt,y\n2020-01-01,1\n", `-:3: there is no column "x"; the header has "t", "y"`},
		{"semicolons", "t;x;y\n1;2;3\n", `-:1: there is no column "t", but a header of one cell, "t;x;y"; data_creation -import reads ` +
			`other delimiters than a comma`},
		{"old line ends", "t,x\r2020-01-01,1\r",
			`-:1: column 2 is named "x\r2020-01-01"; is this a CSV file with LF or CRLF line ends?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := scanString(c.in, "t", 2, "x")
			text := ""
			if err != nil {
				text = err.Error()
			} else {
				text = fmt.Sprint(got.cols[0])
			}
			if text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

// bigCSV has quoted newlines around every block border.
func bigCSV(n int) string {
	var b strings.Builder
	b.WriteString("t,x,note\n")
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		fmt.Fprintf(&b, "%s,%d.25,", start.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), i)
		if i%3 == 0 {
			b.WriteString("\"two\n\"\"lines\"\"\"")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Any number of workers, a file or a pipe, plain or gzip: the same blocks.
func TestSameBlocks(t *testing.T) {
	in := bigCSV(100000)
	path := filepath.Join(t.TempDir(), "big.csv")
	testutil.WriteFile(t, path, in)
	var want string
	for _, workers := range []int{1, 2, 3, 16} {
		files := testutil.Must(Open([]string{path}, nil, "t"))(t)
		got := testutil.Must(scanAll(files, "t", []string{"x"}, workers))(t)
		if len(got.times) != 100000 || got.cols[0][99999] != 99999.25 || len(got.firsts) < 10 {
			t.Fatalf("%d workers: %d rows in %d blocks", workers, len(got.times), len(got.firsts))
		}
		piped := testutil.Must(scanString(in, "t", workers, "x"))(t)
		for _, r := range []*rows{got, piped} {
			r.ids[0].Name = ""
			if text := fmt.Sprint(r.firsts, r.ids); want == "" {
				want = text
			} else if text != want {
				t.Fatalf("%d workers: %s\nwant %s", workers, text, want)
			}
		}
	}
}

// An error far down names its line and column, and the first one wins.
func TestErrorLine(t *testing.T) {
	in := bigCSV(100000)
	lines := strings.Count(in, "\n")
	_, err := scanString(in+"2020-06-01,oops,\n2020-06-02,1\n", "t", 4, "x")
	testutil.Fails(t, err, fmt.Sprintf(`-:%d: column "x": "oops" is not a number; data_creation -import cleans a file`, lines+1))
	_, err = scanString(in+"2019-01-01,1,\n", "t", 4, "x")
	testutil.Fails(t, err, fmt.Sprintf(`-:%d: column "t": time goes back`, lines+1))
}

// An open quote or one endless line ends in an error, not in all the memory.
func TestBounded(t *testing.T) {
	for tail, want := range map[string]string{
		"2020-01-02,\"1" + strings.Repeat("\n", 50<<20): "-:3: a quote is opened here and not closed within 1024 KiB",
		"2020-01-02," + strings.Repeat("1", 5<<20):      "-:3: this row is longer than 1024 KiB; is it a CSV file?",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := scanString("t,x\n2020-01-01,1\n"+tail, "t", 2, "x")
		runtime.ReadMemStats(&after)
		testutil.Fails(t, err, want)
		if used := after.TotalAlloc - before.TotalAlloc; used > 120<<20 { // the text itself is copied once
			t.Errorf("%d MiB allocated", used>>20)
		}
	}
}

// A read error is never the end of the file.
func TestReadError(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(bigCSV(50000)), brokenReader{})
	files := testutil.Must(Open([]string{"-"}, broken, "t"))(t)
	testutil.Refused(scanAll(files, "t", []string{"x"}, 2))(t, "-: the cable is out")
}

// A file that grows or vanishes while it is read is no result.
func TestChanges(t *testing.T) {
	for _, c := range map[string]struct {
		change func(path string) error
		want   string
	}{
		"grows": {func(path string) error {
			return os.WriteFile(path, []byte(bigCSV(200000)), 0o666)
		}, "the file changed while it was read; run this again when it is complete"},
		"vanishes": {os.Remove, "no such file or directory"},
		"the next one vanishes": {func(path string) error { return os.Remove(filepath.Join(filepath.Dir(path), "next.csv")) },
			"no such file or directory"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "big.csv")
		for name, rows := range map[string]int{"big.csv": 150000, "next.csv": 1} {
			testutil.WriteFile(t, filepath.Join(dir, name), bigCSV(rows))
		}
		files := testutil.Must(Open([]string{dir}, nil, "t"))(t)
		first := true
		scan := &Scan{Time: "t"}
		var err error
		for _, err = range parsed(context.Background(), scan, files, func(*Block) {}) {
			if first {
				first = false
				err = c.change(path)
			}
			if err != nil {
				break
			}
		}
		testutil.Fails(t, err, c.want)
	}
}

// Packed files hold what they hold; the end of half of one is no end.
func TestPacked(t *testing.T) {
	csv := bigCSV(40000)
	dir := t.TempDir()
	plain := filepath.Join(t.TempDir(), "packed.csv")
	testutil.WriteFile(t, plain, csv)
	want := testutil.Must(scanPath(plain))(t)
	for extension, pack := range map[string]func(io.Writer) io.WriteCloser{
		".gz": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		".zst": func(w io.Writer) io.WriteCloser {
			return testutil.Must(zstd.NewWriter(w))(t)
		},
	} {
		var packed bytes.Buffer
		z := pack(&packed)
		if _, err := io.WriteString(z, csv); err != nil {
			t.Fatal(err)
		}
		z.Close()
		path := filepath.Join(dir, "packed.csv"+extension)
		for _, n := range []int{packed.Len(), packed.Len() - 1, packed.Len() - 9, packed.Len() / 2} {
			testutil.WriteFile(t, path, packed.Bytes()[:n])
			got, err := scanPath(path)
			switch {
			case n == packed.Len() && (err != nil || fmt.Sprint(*got) != fmt.Sprint(*want)):
				t.Errorf("%s: %v", path, err)
			case n < packed.Len() && (err == nil || err.Error() != path+": is cut off in the middle of its packed data"):
				t.Errorf("%d of %d bytes: %v", n, packed.Len(), err)
			}
		}
	}
}

func scanPath(path string) (*rows, error) {
	files, err := Open([]string{path}, nil, "t")
	if err != nil {
		return nil, err
	}
	return scanAll(files, "t", []string{"x"}, 2)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, fmt.Errorf("the cable is out") }

// A loop that ends early, or is told to end wherever it is, leaves no worker behind, and its blocks
// to nobody.
func TestEndsEarly(t *testing.T) {
	before := runtime.NumGoroutine()
	csv := bigCSV(100000)
	for k := range 40 {
		files := testutil.Must(Open([]string{"-"}, strings.NewReader(csv), "t"))(t)
		ctx, cancel := context.WithCancel(context.Background())
		var seen, busy atomic.Int32
		work := func(*Block) {
			busy.Add(1)
			if int(seen.Add(1)) == 1+k%5 && k%2 == 0 {
				cancel()
			}
			time.Sleep(time.Millisecond) // the others may leave meanwhile
			busy.Add(-1)
		}
		var err error
		for _, err = range parsed(ctx, &Scan{Time: "t"}, files, work) {
			if k%2 == 1 {
				break
			}
		}
		if n := busy.Load(); n != 0 || err != nil && err != context.Canceled {
			t.Fatalf("%d workers are busy: %v", n, err)
		}
		cancel()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// Columns are handed on as they are written, quotes undone, also those that are read
// as numbers; a column that a file may lack is missing in every row.
func TestTexts(t *testing.T) {
	const in = "a,b,\"c,d\"\n1.50,x,\"p\nq\"\n\n2,\"say \"\"y\"\"\",NA\r\n3,,\n"
	for _, content := range []string{in, "a,b,\"c,d\"\n" + strings.Repeat("1.50, x ,NA\n", 40000)} {
		files := testutil.Must(Open([]string{"-"}, strings.NewReader(content), ""))(t)
		rows := 0
		scan := &Scan{Columns: []string{"y", "a"}, Optional: "y", Texts: []string{"c,d", "a", "b"}}
		for b, err := range parsed(context.Background(), scan, files, func(*Block) {}) {
			testutil.OK(t, err)
			if b.End != "" {
				continue
			}
			rows += b.Rows
			if b.Gaps != b.Rows || b.Cols[0][0] == b.Cols[0][0] || b.Cols[1][0] != 1.5 {
				t.Errorf("%d gaps, columns begin with %v and %v", b.Gaps, b.Cols[0][0], b.Cols[1][0])
			}
			for k, want := range []string{"p\nq NA ", "1.50 2 3", "x say \"y\" "} {
				got := strings.Join(b.Texts[k], " ")
				if content != in {
					want = strings.TrimSuffix(strings.Repeat([]string{"NA", "1.50", " x "}[k]+" ", b.Rows), " ")
				}
				if got != want {
					t.Errorf("column %d is %.50q, want %.50q", k, got, want)
				}
			}
		}
		if want := map[bool]int{true: 3, false: 40000}[content == in]; rows != want {
			t.Errorf("%d rows, want %d", rows, want)
		}
	}
	for _, scan := range []*Scan{
		{Columns: []string{"y"}},
		{Columns: []string{"a"}, Texts: []string{"y"}},
		{Columns: []string{"a", "z"}, Optional: "y"},
		{Categories: []string{"a", "y"}},
	} {
		files := testutil.Must(Open([]string{"-"}, strings.NewReader(in), ""))(t)
		for _, err := range scan.Blocks(files[0]) {
			testutil.Fails(t, err, "-:1: there is no column ")
		}
	}
}

// Time that goes back where a block begins is refused like any other.
func TestBackBetweenBlocks(t *testing.T) {
	const n = 40000
	lines := strings.Repeat("2020-01-02,1\n", n)
	got, err := scanString("t,x\n"+lines, "t", 2, "x")
	if err != nil || len(got.firsts) < 2 {
		t.Fatalf("%d blocks: %v", len(got.firsts), err)
	}
	first := int(got.firsts[1])
	in := "t,x\n" + strings.Repeat("2020-01-02,1\n", first) + strings.Repeat("2020-01-01,1\n", n-first)
	_, err = scanString(in, "t", 2, "x")
	testutil.Fails(t, err, fmt.Sprintf(`-:%d: column "t": time goes back from 2020-01-02T00:00:00Z to 2020-01-01T00:00:00Z; `+
		"data_creation -import sorts a file", first+2))
}

// Only rows that say something enter the sample: not those that repeat the one
// before, nor those without any cell.
func TestTelling(t *testing.T) {
	for in, want := range map[string]int64{
		"w,v\nsun,a\nsun,a\nsun,b\nsun,a\n":          3,
		"w,v\n,\nsun,a\n,NA\nrain,b\n,\nnull,\nx,\n": 3,
	} {
		_, id, err := scanWords(in, 1, "w", "v")
		if err != nil || id.Sketch.Rows != want || len(id.Sketch.Least) > int(want) {
			t.Errorf("%q: %d rows tell, want %d: %v", in, id.Sketch.Rows, want, err)
		}
	}
	got, err := scanString("t,x,y\n2020-01-01,,\n2020-01-02,1,\n2020-01-03,NA,\n2020-01-04,1,\n", "t", 1, "x", "y")
	if err != nil || got.ids[0].Sketch.Rows != 2 {
		t.Errorf("%+v: %v", got, err)
	}
}
