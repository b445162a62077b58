// Package cli is what the four programs share: flags and messages (program.go),
// signals and exit statuses (exit.go), tables (table.go), what a terminal gets
// besides (terminal.go) and its progress bar (progress.go).
package cli

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
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
	bar            *Progress // the last one
}

// New makes a program of its name and source, whose package comment is its
// manual, and what is before its first heading the help of -h. The flags are
// described there and nowhere else.
func New(name, source string, stdout, stderr io.Writer) *Program {
	p := &Program{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), manual: manual(source), stdout: stdout,
		stderr: stderr, start: time.Now()}
	p.SetOutput(io.Discard)
	p.BoolVar(&p.quiet, "quiet", false, "")
	p.IntVar(&p.Workers, "workers", runtime.GOMAXPROCS(0), "")
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
	version, whole := p.Bool("version", false, ""), p.Bool("help", false, "")
	err := p.FlagSet.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return cmp.Or(p.Printf("%s", p.help()), errHelp)
	case err != nil:
		return p.mistyped(err)
	case *whole:
		return cmp.Or(p.Printf("%s", p.manual), errHelp)
	case *version:
		return cmp.Or(p.Printf("%s %s %s\n", p.Name(), Version(), runtime.Version()), errHelp)
	case p.takesPaths() && slices.ContainsFunc(p.Args(), func(arg string) bool { return len(arg) > 1 && arg[0] == '-' }):
		return Usagef("flags go before paths: %s", strings.Join(p.Args(), " "))
	case p.Workers < 1 || p.Workers > 1024:
		return Usagef("-workers %d is not between 1 and 1024", p.Workers)
	}
	runtime.GOMAXPROCS(min(p.Workers, runtime.GOMAXPROCS(0)))
	return nil
}

// takesPaths reports whether the program has arguments besides its flags.
func (p *Program) takesPaths() bool { return strings.Contains(p.manual, "PATH") }

// Printf writes a result to standard output.
func (p *Program) Printf(format string, args ...any) error {
	if _, err := fmt.Fprintf(p.stdout, format, args...); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

// help is the manual up to its first heading, and the flags that this lacks.
func (p *Program) help() string {
	help, _, _ := strings.Cut(p.manual, "\n# ")
	words := strings.FieldsFunc(help, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	p.VisitAll(func(f *flag.Flag) {
		if !slices.Contains(words, "-"+f.Name) {
			help += fmt.Sprintf("\t  -%s  %s\n", f.Name, f.Usage)
		}
	})
	return help
}

// mistyped is the error of a command line that the flags cannot be read from, with
// those that are near one that is not there.
func (p *Program) mistyped(err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return p.badValue(err)
	}
	var names []string
	p.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	hint := ""
	if near := Nearest(name, names); len(near) > 0 {
		hint = "; did you mean -" + strings.Join(near, ", -") + "?"
	}
	return Usagef("there is no flag -%s%s", name, hint)
}

// badValue is the error of a value that a flag does not take.
func (p *Program) badValue(err error) error {
	m := regexp.MustCompile(`^invalid (?:boolean )?value (".*") for (?:flag )?-(\S+): (parse error|is .*)$`).
		FindStringSubmatch(err.Error())
	if m == nil {
		return Usagef("%w", err)
	}
	return Usagef("-%s %s %s", m[2], m[1], strings.ReplaceAll(m[3], "parse error", "is not true or false"))
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

// Shards checks the command line of -shard: a file for its part, and no flag that
// needs the whole.
func (p *Program) Shards(output string, wrong ...string) error {
	if !p.IsSet(output) || p.Lookup(output).Value.String() == "" {
		return Usagef("-shard needs -%s FILE, for its part", output)
	}
	if slices.Contains(p.Args(), "-") {
		return Usagef("-shard chooses among files, and standard input is none")
	}
	for _, flag := range wrong {
		if p.IsSet(flag) {
			return Usagef("-%s: does not go with -shard; it is for the whole", flag)
		}
	}
	return nil
}

// Logf says something on stderr.
func (p *Program) Logf(format string, args ...any) { p.say("", format, args...) }

// Warnf says something that may be wrong but is no failure: what, why, and what to
// try.
func (p *Program) Warnf(format string, args ...any) {
	p.say(paint(p.stderr, yellow, "warning:")+" ", format, args...)
}

func (p *Program) say(kind, format string, args ...any) {
	if p.quiet {
		return
	}
	if p.bar != nil {
		p.bar.wipe()
	}
	fmt.Fprintf(p.stderr, "%s: %s%s\n", p.Name(), kind, printable(inPipeline(fmt.Sprintf(format, args...))))
}

// inPipeline says where flags that a message advises stand, if pipeline.sh runs the stage:
// in the variable that it names in the environment. The flags of other programs stand
// elsewhere.
func inPipeline(text string) string {
	variable := os.Getenv("PIPELINE_FLAGS")
	if variable == "" || !advised.MatchString(text) || otherProgram.MatchString(text) {
		return text
	}
	return text + "; with pipeline.sh flags stand in " + variable
}

var (
	advised      = regexp.MustCompile(`(^|[ (])-[a-z][a-z-]+`)
	otherProgram = regexp.MustCompile(`data_creation|model_|pipeline\.sh`)
)

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

// Took returns the time since the program began, for its line of shape.
func (p *Program) Took() string {
	return fmt.Sprintf("%.3g s", time.Since(p.start).Seconds())
}
