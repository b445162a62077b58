// Package cli is what the four programs share: flags, messages, signals, exit
// statuses and the progress bar.
package cli

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"mlpipeline/internal/artifact"
)

// Exit statuses besides 0, done, and 128 + signal.
const (
	statusFailed = 1 // it could not be done
	statusUsage  = 2 // the command line is wrong
	statusGate   = 3 // a quality gate failed
)

// statusError is an error with an exit status of its own.
type statusError struct {
	error
	status int
}

func (e statusError) Unwrap() error { return e.error }

// Usagef is an error of the command line.
func Usagef(format string, args ...any) error {
	return statusError{fmt.Errorf(format, args...), statusUsage}
}

// Gatef is the failure of a quality gate.
func Gatef(format string, args ...any) error {
	return statusError{fmt.Errorf(format, args...), statusGate}
}

// errHelp ends a run that has printed what was asked for.
var errHelp = errors.New("help printed")

// grace is how long a program has to end by itself when it is told to.
const grace = 300 * time.Millisecond

// Main runs a program and exits. SIGINT, SIGTERM and SIGHUP cancel its context. A
// program that is then busy with something long is ended from outside, unless it
// is just publishing; a second signal ends it at once. A reader that has gone
// away and a limit on the size of files are errors like any other, not signals.
func Main(run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error) {
	signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ)
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as nohup does
			signal.Notify(signals, s)
		}
	}
	go func() {
		s := <-signals
		signal.Reset(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
		stopped := statusError{fmt.Errorf("stopped by signal: %v", s), 128 + int(s.(syscall.Signal))}
		cancel(stopped)
		time.Sleep(grace)
		artifact.Abort()
		os.Exit(exit(stopped))
	}()
	err := run(ctx, os.Args[1:], &interruptible{ctx, os.Stdin}, os.Stdout, os.Stderr)
	if errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	os.Exit(exit(err))
}

// interruptible is a reader that stops waiting when its context ends. What it
// was waiting for is then lost, as is fit for the end of a program.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	done := make(chan struct{})
	var m int
	var readErr error
	go func() {
		m, readErr = r.Reader.Read(p)
		close(done)
	}()
	select {
	case <-done:
		return m, readErr
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}

// exit prints the error and returns the exit status.
func exit(err error) int {
	if err == nil || errors.Is(err, errHelp) {
		return 0
	}
	name := filepath.Base(os.Args[0])
	fmt.Fprintf(os.Stderr, "%s: %s\n", name, printable(err.Error()))
	var s statusError
	switch {
	case !errors.As(err, &s):
		return statusFailed
	case s.status == statusUsage:
		fmt.Fprintf(os.Stderr, "%s: see %s -h\n", name, name)
	}
	return s.status
}

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
	p := &Program{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), manual: manual(source), stdout: stdout, stderr: stderr, start: time.Now()}
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
		fmt.Fprintln(p.stdout, p.Name(), buildVersion(), runtime.Version())
		return errHelp
	case slices.ContainsFunc(p.Args(), func(arg string) bool { return len(arg) > 1 && arg[0] == '-' }):
		return Usagef("flags go before paths: %s", strings.Join(p.Args(), " "))
	case p.Workers < 1 || p.Workers > 1024:
		return Usagef("-workers %d is not between 1 and 1024", p.Workers)
	}
	return nil
}

func buildVersion() string {
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

// Megabytes writes a number of bytes.
func Megabytes(n int64) string { return fmt.Sprintf("%.3g MB", float64(n)/1e6) }

// Progress draws a bar on stderr, if that is a terminal, and returns what
// moves it. total may be −1, unknown: then there is none. finish takes the bar
// away.
func (p *Program) Progress(total int64, what string) (move func(n int), finish func()) {
	f, ok := p.stderr.(*os.File)
	if !ok || p.quiet || total <= 0 {
		return func(int) {}, func() {}
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func(int) {}, func() {}
	}
	var mu sync.Mutex
	var done int64
	var last time.Time
	draw := func(share float64) {
		const width = 40
		n := int(width * min(share, 1))
		fmt.Fprintf(f, "\r%s [%s%s] %3.0f %%", what, strings.Repeat("=", n), strings.Repeat(" ", width-n), 100*min(share, 1))
	}
	move = func(n int) {
		mu.Lock()
		defer mu.Unlock()
		done += int64(n)
		if now := time.Now(); now.Sub(last) > 100*time.Millisecond {
			last = now
			draw(float64(done) / float64(total))
		}
	}
	return move, sync.OnceFunc(func() { fmt.Fprint(f, "\r\x1b[K") })
}
