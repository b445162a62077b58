package table

import (
	strict "encoding/csv"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"mlpipeline/internal/csv"
)

// FuzzScan reads what encoding/csv reads, with the same cells, and refuses
// what it refuses.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\r\n1,\r\n", "a,b\n\"1\",\"x\ny\"\n3,4\n", "a\n1\n\n2",
		"\ufeffa,b\n1,2\n", "a,b\n1,\"2\n", "a,b\n1,2,3\n", "a,\n", "a,b\n1,2\r", "a,b\n\"1\"\"2\",3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var names []string
		r := strict.NewReader(strings.NewReader(strings.TrimPrefix(in, "\ufeff")))
		records, wantErr := r.ReadAll() // as many cells as the header everywhere
		if len(records) > 0 {
			names = records[0]
		}
		var want []float64
		for _, rec := range records[min(1, len(records)):] {
			v, err := math.NaN(), error(nil)
			if !csv.Missing([]byte(rec[0])) {
				v, err = csv.ParseNumber([]byte(rec[0]))
			}
			if err != nil && wantErr == nil {
				wantErr = err
			}
			want = append(want, v)
		}
		if len(names) == 0 {
			names = []string{"x"}
		}
		got, err := scanString(in, "", 2, names[0])
		if err != nil {
			strict := wantErr != nil || len(want) == 0 || strings.HasPrefix(in, "\xff\xfe") ||
				strings.HasPrefix(in, "\xfe\xff") || strangeHeader(names)
			if !strict {
				t.Fatalf("%q: refused: %v", in, err)
			}
			return
		}
		if wantErr != nil {
			t.Fatalf("%q: accepted, and encoding/csv says %v", in, wantErr)
		}
		if a, b := fmt.Sprint(got.cols[0]), fmt.Sprint(want); a != b {
			t.Fatalf("%q: %s, encoding/csv %s", in, a, b)
		}
	})
}

// strangeHeader reports whether names are what a header must not hold, and
// encoding/csv lets pass: none, one twice, no UTF-8, NUL or CR.
func strangeHeader(names []string) bool {
	seen := map[string]bool{}
	for _, name := range names {
		if name == "" || seen[name] || !utf8.ValidString(name) || strings.ContainsAny(name, "\x00\r") {
			return true
		}
		seen[name] = true
	}
	return false
}
