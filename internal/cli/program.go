// Package cli is what the four programs share: flags and messages (program.go),
// signals and exit statuses (exit.go), the progress bar (progress.go).
package cli

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Program is one of the four programs: its flags and its voice.
type Program struct {
	*flag.FlagSet
	Workers int

	manual         string
	quiet          bool
	stdout, stderr io.Writer
	start          time.Time
}

// New makes a program of its name and source, whose package comment is its
// manual.
func New(name, source string, stdout, stderr io.Writer) *Program {
	p := &Program{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), manual: manual(source), stdout: stdout,
		stderr: stderr, start: time.Now()}
	p.SetOutput(io.Discard)
	p.BoolVar(&p.quiet, "quiet", false, "say nothing on stderr but errors")
	p.IntVar(&p.Workers, "workers", runtime.GOMAXPROCS(0), "number of `CORES` to use; the results do not depend on it")
	return p
}

// manual returns the package comment of a Go source file.
func manual(source string) string {
	var b strings.Builder
	lines := bufio.NewScanner(strings.NewReader(source))
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "//")
		if !ok {
			break
		}
		b.WriteString(strings.TrimPrefix(text, " ") + "\n")
	}
	return b.String()
}

// Parse reads the command line. A returned error may be that help was printed.
func (p *Program) Parse(args []string) error {
	version := p.Bool("version", false, "print the version")
	err := p.FlagSet.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(p.stdout, "%s\nFlags:\n", p.manual)
		p.SetOutput(p.stdout)
		p.PrintDefaults()
		return errHelp
	case err != nil:
		return Usagef("%w", err)
	case *version:
		fmt.Fprintln(p.stdout, p.Name(), Version(), runtime.Version())
		return errHelp
	case slices.ContainsFunc(p.Args(), func(arg string) bool { return len(arg) > 1 && arg[0] == '-' }):
		return Usagef("flags go before paths: %s", strings.Join(p.Args(), " "))
	case p.Workers < 1 || p.Workers > 1024:
		return Usagef("-workers %d is not between 1 and 1024", p.Workers)
	}
	runtime.GOMAXPROCS(min(p.Workers, runtime.GOMAXPROCS(0)))
	return nil
}

// Version returns the version of the program.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}

// IsSet reports whether a flag was given.
func (p *Program) IsSet(name string) bool {
	set := false
	p.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// Merges checks the command line of -merge: files to merge, and no flag but
// those named and the ones that all programs have.
func (p *Program) Merges(flags ...string) error {
	if p.NArg() == 0 {
		return Usagef("-merge needs files to merge")
	}
	flags = append(flags, "merge", "quiet", "workers")
	var wrong []string
	p.Visit(func(f *flag.Flag) {
		if !slices.Contains(flags, f.Name) {
			wrong = append(wrong, "-"+f.Name)
		}
	})
	if len(wrong) > 0 {
		return Usagef("%s: does not go with -merge, which takes all settings from the files", strings.Join(wrong, ", "))
	}
	return nil
}

// Logf says something on stderr.
func (p *Program) Logf(format string, args ...any) {
	if !p.quiet {
		fmt.Fprintf(p.stderr, "%s: %s\n", p.Name(), printable(fmt.Sprintf(format, args...)))
	}
}

// printable writes out what a terminal would obey instead of showing it: control
// characters, those that turn the direction of text around, and bytes that are
// no text. Names of columns and files and servers' answers may hold any.
func printable(s string) string {
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Aside puts what is to be said by the way into parentheses, if there is anything.
func Aside(s fmt.Stringer) string {
	if text := s.String(); text != "" {
		return " (" + text + ")"
	}
	return ""
}

// Warnf says something that may be wrong but is no failure.
func (p *Program) Warnf(format string, args ...any) { p.Logf("warning: "+format, args...) }

// Took returns the time since the program began, for its line of shape.
func (p *Program) Took() string {
	return fmt.Sprintf("%.3g s", time.Since(p.start).Seconds())
}
