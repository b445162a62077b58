package csv

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
)

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.5", "123456789012345", "1234567890123456", "0.000000000000001",
		"9007199254740993", "1e22", "1e-7", ".", "-", "5.", ".5", "+.5e-3", "1e309", "4.9e-324", "0x10", "1_0", "inf", "00012.5000"} {
		f.Add(s)
	}
	for decimals := range 16 { // as many as a short number can have
		for _, digits := range []float64{0, 7, 123456789, 987654321012345} {
			f.Add(strings.TrimPrefix(strconv.FormatFloat(digits/math.Pow10(decimals), 'f', decimals, 64), "0."))
		}
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
		var months MonthCache
		got, end, ok := months.ShortTime(append([]byte(s+"\n"), make([]byte, Padding)...), 0)
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
		if text := got.String(); text != want.Format(time.RFC3339) {
			t.Errorf("String(%v) = %s, want %s", got, text, want.Format(time.RFC3339))
		}
	})
}

func FuzzAppendFixed(f *testing.F) {
	f.Add(int64(-5), uint8(2))
	f.Add(int64(1<<53), uint8(0))
	f.Add(int64(7), uint8(9))
	f.Add(int64(123456789), uint8(9))
	f.Fuzz(func(t *testing.T, units int64, decimals uint8) {
		d := int(decimals % 10)
		if units > 1<<53 || units < -1<<53 || units == 0 {
			return
		}
		want := new(big.Rat).SetFrac64(units, int64(math.Pow10(d))).FloatString(d)
		if got := string(AppendFixed(nil, units, d)); got != want {
			t.Errorf("AppendFixed(%d, %d) = %s, math/big %s", units, d, got, want)
		}
	})
}

// What is plain is read by the short ways, which the others would only be slower than.
func TestShortIsTaken(t *testing.T) {
	pad := strings.Repeat("\x00", Padding)
	for _, s := range []string{"0", "-12.34", "123456789012345", ".5"} {
		if _, end, ok := ShortNumber([]byte(s+"\n"+pad), 0); !ok || end != len(s) {
			t.Errorf("%s is not taken", s)
		}
	}
	var months MonthCache
	for _, s := range []string{"2020-02-29", "1969-12-31T23:59:59Z", "2019-08-07T06:54:32Z", "0000-01-01"} {
		if _, end, ok := months.ShortTime([]byte(s+"\n"+pad), 0); !ok || end != len(s) {
			t.Errorf("%s is not taken", s)
		}
	}
	columns := [][]float64{{0}, {0}, {0}}
	if n, next := Numbers([]byte("1,-2.5,3\n"+pad), 0, 0, columns, []byte(",,\n")); n != 3 || next != 9 {
		t.Errorf("%d numbers, to %d", n, next)
	}
}
