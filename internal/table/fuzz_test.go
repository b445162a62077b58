package table

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mlpipeline/internal/dataset"
)

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.5", "123456789012345", "1234567890123456", "0.000000000000001",
		"9007199254740993", "1e22", "1e-7", ".", "-", "5.", ".5", "+.5e-3", "1e309", "4.9e-324", "0x10", "1_0", "inf", "00012.5000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, wantErr := strconv.ParseFloat(s, 64)
		plain := strings.Trim(s, "0123456789.eE+-") == ""
		cell := []byte(s)
		got, err := ParseNumber(cell)
		if ok := wantErr == nil && plain; ok != (err == nil) || ok && math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("ParseNumber(%q) = %v, %v; strconv %v, %v", s, got, err, want, wantErr)
		}
		if strings.ContainsAny(s, ",\n") {
			return
		}
		line := append(append(cell, '\n'), make([]byte, Padding)...)
		if got, end, ok := ShortNumber(line, 0); ok && end == len(s) {
			if wantErr != nil || math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("ShortNumber(%q) = %v; strconv %v, %v", s, got, want, wantErr)
			}
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"2020-02-29", "2021-02-29", "2020-12-31T23:59:59Z", "0000-01-01", "9999-12-31T24:00:00Z",
		"1969-12-31T23:59:59Z", "2020-01-01T00:00:60Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\n") {
			return
		}
		var days DayCache
		got, end, ok := days.ShortTime(append([]byte(s+"\n"), make([]byte, Padding)...), 0)
		if !ok || end != len(s) {
			return
		}
		layout := time.RFC3339
		if len(s) == 10 {
			layout = time.DateOnly
		}
		want, err := time.Parse(layout, s)
		if err != nil || dataset.Time(want.UnixMicro()) != got {
			t.Fatalf("ShortTime(%q) = %v; time.Parse %v, %v", s, got, want, err)
		}
		if text := string(AppendTime(nil, got)); text != want.Format(time.RFC3339) {
			t.Errorf("AppendTime(%v) = %s, want %s", got, text, want.Format(time.RFC3339))
		}
	})
}

func FuzzAppendFixed(f *testing.F) {
	f.Add(int64(-5), uint8(2))
	f.Add(int64(1<<53), uint8(0))
	f.Fuzz(func(t *testing.T, units int64, decimals uint8) {
		d := int(decimals % 10)
		if units > 1<<53 || units < -1<<53 || units == 0 {
			return
		}
		want := strconv.FormatInt(units, 10)
		sign := ""
		if units < 0 {
			sign, want = "-", want[1:]
		}
		for len(want) <= d {
			want = "0" + want
		}
		want = sign + want[:len(want)-d] + "." + want[len(want)-d:]
		want = strings.TrimSuffix(want, ".")
		if got := string(AppendFixed(nil, units, d)); got != want {
			t.Errorf("AppendFixed(%d, %d) = %s, want %s", units, d, got, want)
		}
		if d <= 6 && units < 1e9 && units > -1e9 {
			v := float64(units) / math.Pow(10, float64(d))
			if got, want := string(AppendFixed(nil, units, d)), strconv.FormatFloat(v, 'f', d, 64); got != want {
				t.Errorf("AppendFixed(%d, %d) = %s, strconv %s", units, d, got, want)
			}
		}
	})
}

// FuzzScan reads what encoding/csv reads, with the same cells, and refuses
// what it refuses.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\r\n1,\r\n", "a,b\n\"1\",\"x\ny\"\n3,4\n", "a\n1\n\n2",
		"\ufeffa,b\n1,2\n", "a,b\n1,\"2\n", "a,b\n1,2,3\n", "a,\n", "a,b\n1,2\r", "a,b\n\"1\"\"2\",3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var names []string
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(in, "\ufeff")))
		records, wantErr := r.ReadAll() // as many cells as the header everywhere
		if len(records) > 0 {
			names = records[0]
		}
		var want []float64
		for _, rec := range records[min(1, len(records)):] {
			v, err := math.NaN(), error(nil)
			if !missing([]byte(rec[0])) {
				v, err = ParseNumber([]byte(rec[0]))
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
