package cli

import (
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"time"
)

// Progress counts what has been done and draws it as a bar on stderr, if that is
// a terminal and the whole is known. Several goroutines may use it.
type Progress struct {
	mu           sync.Mutex
	done, total  int64
	what, unit   string
	term         *os.File // nil for no bar
	begun, drawn time.Time
	shown        bool // the bar stands on the terminal
}

// Bytes and Rows are units of progress.
const (
	Bytes = "B"
	Rows  = " rows"
)

// Progress begins to count towards a total, −1 where that is not known.
func (p *Program) Progress(total int64, unit, what string) *Progress {
	bar := &Progress{total: total, what: what, unit: unit, begun: time.Now()}
	if !p.quiet && total > 0 && terminal(p.stderr) {
		bar.term = p.stderr.(*os.File)
	}
	p.bar = bar
	return bar
}

// Add counts n more.
func (b *Progress) Add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += int64(n)
	if now := time.Now(); b.term != nil && now.Sub(b.drawn) > 100*time.Millisecond {
		b.drawn, b.shown = now, true
		fmt.Fprint(b.term, "\r"+b.line(now.Sub(b.begun))+"\x1b[K")
	}
}

// line is the bar after some time, its rate and the time left at that rate.
func (b *Progress) line(elapsed time.Duration) string {
	const width = 24
	elapsed = max(elapsed, time.Millisecond)
	share := min(float64(b.done)/float64(b.total), 1)
	full := int(width * share)
	left := time.Duration(float64(elapsed) * (1 - share) / share).Round(time.Second)
	what := []rune(printable(b.what))
	if len(what) > width {
		what = append([]rune("…"), what[len(what)-width+1:]...)
	}
	return fmt.Sprintf("%s [%s%s] %3.0f %%  %s%s/s  %v left", string(what), strings.Repeat("=", full),
		strings.Repeat(" ", width-full), math.Floor(100*share), prefixed(float64(b.done)/elapsed.Seconds()), b.unit, left)
}

// prefixed writes a number with the prefix of its thousands: 12.3 M.
func prefixed(v float64) string {
	prefixes := []string{"", "k", "M", "G", "T"}
	for v >= 999.5 && len(prefixes) > 1 {
		v /= 1000
		prefixes = prefixes[1:]
	}
	return fmt.Sprintf("%.3g %s", v, prefixes[0])
}

// Done returns how much has been counted.
func (b *Progress) Done() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.done
}

// wipe takes the bar away until it is next drawn.
func (b *Progress) wipe() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shown {
		b.shown = false
		fmt.Fprint(b.term, "\r\x1b[K")
	}
}

// Clear takes the bar away for good. It may be called again.
func (b *Progress) Clear() {
	b.wipe()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.term = nil
}

// Megabytes writes a number of bytes.
func Megabytes(n int64) string { return fmt.Sprintf("%.3g MB", float64(n)/1e6) }
