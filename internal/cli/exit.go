package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/ordered"
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
	ignoreSignals()
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
	err := guarded(func() error {
		return run(ctx, os.Args[1:], os.Stdin, result{os.Stdout}, os.Stderr)
	})
	if errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	os.Exit(exit(err))
}

// guarded makes an error of a panic.
func guarded(run func() error) (err error) {
	defer ordered.Recover(&err)
	return run()
}

// result is standard output. What is written to one that was closed is not written.
type result struct{ *os.File }

func (r result) Write(b []byte) (int, error) {
	if wasClosed(r.File) {
		return 0, errors.New("is closed; >/dev/null is for a result that is not wanted")
	}
	return r.File.Write(b)
}

// exit prints the error and returns the exit status.
func exit(err error) int {
	if err == nil || errors.Is(err, errHelp) {
		return 0
	}
	name := printable(strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"))
	fmt.Fprintf(os.Stderr, "%s %s\n", paint(os.Stderr, red, name+":"), printable(inPipeline(err.Error())))
	s, ok := errors.AsType[statusError](err)
	switch {
	case !ok:
		return statusFailed
	case s.status == statusUsage:
		fmt.Fprintf(os.Stderr, "%s: see %s -h\n", name, name)
	}
	return s.status
}
