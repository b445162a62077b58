package cli

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

const source = "// Name does things.\n//\n//\t-quiet, -workers N, -version, -h, -help\n//\n// # More\n//\n// More of it: PATH.\npackage main\n"

func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{
		"plain, ümläut, 温度 °C → ✓": "plain, ümläut, 温度 °C → ✓",
		"a\x1b[31mb\nc\td\x00":     `a\x1b[31mb\nc\td\x00`,
		"\x7f\u0085\u202e\u2028":   `\x7f\u0085\u202e\u2028`,
		"bad \xff\xfe bytes":       `bad \xff\xfe bytes`,
	} {
		if got := printable(s); got != want {
			t.Errorf("%q is shown as %s, want %s", s, got, want)
		}
	}
}

// What a program is asked, it prints or does; what is wrong has status 2, and a mistyped
// flag is answered with those that are near. A number is what people write as one, and
// nothing that only Go reads so.
func TestParse(t *testing.T) {
	for args, want := range map[string]string{
		"-quiet a b":    "1 1 1 1s",
		"-":             "1 1 1 1s",
		"-h":            "Name does things.\n\n\t-quiet, -workers N, -version, -h, -help\n\t  -d  \n\t  -n  \n\t  -quieter  new\n\t  -u  \n\t  -x  \n",
		"--help":        "Name does things.\n\n\t-quiet, -workers N, -version, -h, -help\n\n# More\n\nMore of it: PATH.\n",
		"-version":      "name " + Version() + " " + runtime.Version() + "\n",
		"-workers 0":    "-workers 0 is not between 1 and 1024",
		"-workers 1025": "-workers 1025 is not between 1 and 1024",
		"a -quiet":      "flags go before paths: a -quiet",
		"-quit":         "there is no flag -quit; did you mean -quiet?",
		"--worker":      "there is no flag -worker; did you mean -workers?",
		"-xyz":          "there is no flag -xyz",
		"-quiet=no":     `-quiet "no" is not true or false`,

		"-n=10 -x=-1.5e3 -u=7 -d=90m": "10 -1500 7 1h30m0s",
		"-n=+5 -x=.5":                 "5 0.5 1 1s",
		"-n=010":                      "10 1 1 1s",
		"-n=1_0":                      `-n "1_0" is not a whole number`,
		"-n=0x10":                     `-n "0x10" is not a whole number`,
		"-n=99999999999999999999":     `-n "99999999999999999999" is not a whole number`,
		"-x=1_0":                      `-x "1_0" is not a number`,
		"-x=0x1p-2":                   `-x "0x1p-2" is not a number`,
		"-x=inf":                      `-x "inf" is not a number`,
		"-x=NaN":                      `-x "NaN" is not a number`,
		"-x=1e999":                    `-x "1e999" is not a number`,
		"-u=-1":                       `-u "-1" is not a whole number from 0 to 2⁶⁴ − 1`,
		"-d=day":                      `-d "day" is not a time such as 90s, 10m or 24h`,
	} {
		var out bytes.Buffer
		var n int
		var x float64
		var u uint64
		var d time.Duration
		p := New("name", source, &out, new(bytes.Buffer))
		p.IntVar(&n, "n", 1, "")
		p.Float64Var(&x, "x", 1, "")
		p.Uint64Var(&u, "u", 1, "")
		p.DurationVar(&d, "d", time.Second, "")
		p.Bool("quieter", false, "new")
		got, err := "", p.Parse(strings.Fields(args))
		switch s, status := errors.AsType[statusError](err); {
		case err == nil:
			got = fmt.Sprint(n, x, u, d)
		case errors.Is(err, errHelp):
			got = out.String()
		case status && s.status == statusUsage && out.Len() == 0:
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", args, got, want)
		}
	}
	for _, arg := range []string{"-h", "-help", "-version"} { // what could not be printed is no success
		if err := New("name", source, full{}, full{}).Parse([]string{arg}); fmt.Sprint(err) != "standard output: no room" {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

// full is an output on which there is no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestNearest(t *testing.T) {
	names := []string{"temp_max", "temp_min", "wind", "weather", "Date", "y", "room", "wind;temp;pressure;y;weather"}
	for name, want := range map[string]string{"temp_mx": "temp_max temp_min", "date": "Date", "wether": "weather", "iwnd": "wind",
		"temp": "temp_max temp_min", "pressure": "", "x": "", "": "", "foo": "", "ate": "Date", "weatherford": "weather"} {
		if got := strings.Join(Nearest(name, names), " "); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// Numbers stand under each other at their points, words to the left, and what is
// beyond the last row is counted.
func TestTable(t *testing.T) {
	var errs bytes.Buffer
	p := New("name", source, new(bytes.Buffer), &errs)
	words, numbers, integers := []string{strings.Repeat("x", 99), "°"}, []float64{1.23456, math.NaN()}, []int{1, 20}
	for i := range MostRows {
		words, numbers, integers = append(words, ""), append(numbers, math.Pow(-10, float64(i-5))/3), append(integers, i)
	}
	numbers[MostRows-1] = 0
	p.Table(dataframe.New(series.New(words, series.String, "word"), series.New(numbers, series.Float, "number"),
		series.New(integers, series.Int, "R²")), " rows elsewhere")
	want := `name: word                                            number  R²
name: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…     1.235       1
name: °                                                       20
name:                                             -3.333e-06   0
name:                                              3.333e-05   1
name:                                             -3.333e-04   2
name:                                              0.003333    3
name:                                             -0.03333     4
name:                                              0.3333      5
name:                                             -3.333       6
name:                                             33.33        7
name:                                           -333.3         8
name:                                              0           9
name: and 2 more rows elsewhere
`
	if errs.String() != want {
		t.Errorf("said\n%s", &errs)
	}
}

// The bar says how far it is, how fast, and how long it will take.
func TestProgressLine(t *testing.T) {
	for _, c := range []struct {
		done    int64
		unit    string
		elapsed time.Duration
		want    string
	}{
		{250e6, Bytes, 2 * time.Second, "name [======                  ]  25 %  125 MB/s  6s left"},
		{999e6, Rows, 90 * time.Second, "name [======================= ]  99 %  11.1 M rows/s  0s left"},
		{10e6, Rows, time.Second, "name [                        ]   1 %  10 M rows/s  1m39s left"},
		{2e9, Bytes, time.Hour, "name [========================] 100 %  556 kB/s  0s left"},
	} {
		b := Progress{done: c.done, total: 1e9, what: "name", unit: c.unit}
		if got := b.line(c.elapsed); got != c.want {
			t.Errorf("%d after %v: %s, want %s", c.done, c.elapsed, got, c.want)
		}
	}
	b := Progress{done: 1, total: 2, what: "https://example.org/\x1b/a/long/name.csv"}
	if got := b.line(time.Second); !strings.HasPrefix(got, `…rg/\x1b/a/long/name.csv [=`) {
		t.Errorf("a long name is shown as %s", got)
	}
}
