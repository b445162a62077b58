package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

const source = "// Name does things.\n//\n// More of it.\npackage main\n"

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

// What a program is asked, it prints or does; what is wrong has status 2.
func TestParse(t *testing.T) {
	for _, c := range []struct {
		args   string
		usage  bool
		stdout string
	}{
		{"-quiet a b", false, ""},
		{"-h", false, "Name does things."},
		{"--help", false, "More of it."},
		{"-version", false, "name "},
		{"-workers 0", true, ""},
		{"-workers 1025", true, ""},
		{"-nonsense", true, ""},
		{"a -quiet", true, ""},
		{"-", false, ""},
	} {
		var out, errs bytes.Buffer
		p := New("name", source, &out, &errs)
		err := p.Parse(strings.Fields(c.args))
		var s statusError
		if usage := errors.As(err, &s) && s.status == statusUsage; usage != c.usage {
			t.Errorf("%s: %v", c.args, err)
		}
		if !strings.Contains(out.String(), c.stdout) || c.stdout == "" && out.Len() > 0 ||
			(c.stdout != "") != errors.Is(err, errHelp) {
			t.Errorf("%s: printed %q, %v", c.args, &out, err)
		}
	}
}

func TestSay(t *testing.T) {
	var out, errs bytes.Buffer
	p := New("name", source, &out, &errs)
	p.Logf("%d things", 3)
	p.Warnf("a %s", "column\x07")
	if got := errs.String(); got != "name: 3 things\nname: warning: a column\\a\n" || out.Len() > 0 {
		t.Errorf("said %q", got)
	}
	errs.Reset()
	if err := p.Parse([]string{"-quiet"}); err != nil {
		t.Fatal(err)
	}
	p.Logf("more")
	bar := p.Progress(100, "what")
	bar.Add(50)
	bar.Clear()
	if errs.Len() > 0 || bar.Done() != 50 {
		t.Errorf("said %q, counted %d", &errs, bar.Done())
	}
}

// -merge takes its settings from the files.
func TestMerges(t *testing.T) {
	for args, want := range map[string]string{
		"-merge a":             "",
		"-merge -quiet -o x a": "",
		"-merge":               "-merge needs files to merge",
		"-merge -other 1 a":    "-other: does not go with -merge, which takes all settings from the files",
	} {
		p := New("name", source, new(bytes.Buffer), new(bytes.Buffer))
		p.Bool("merge", false, "")
		p.String("o", "", "")
		p.String("other", "", "")
		if err := p.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		if err := p.Merges("o"); fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
}

func TestAside(t *testing.T) {
	if got := Aside(bytes.NewBufferString("3 of 4")); got != " (3 of 4)" {
		t.Error(got)
	}
	if got := Aside(new(bytes.Buffer)); got != "" {
		t.Error(got)
	}
}
