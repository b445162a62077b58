package cli

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Progress counts what has been done and draws it as a bar on stderr, if that is
// a terminal and the whole is known. Several goroutines may use it.
type Progress struct {
	mu    sync.Mutex
	done  int64
	total int64
	what  string
	term  *os.File // nil for no bar
	drawn time.Time
}

// Progress begins to count towards a total, −1 where that is not known.
func (p *Program) Progress(total int64, what string) *Progress {
	bar := &Progress{total: total, what: what}
	f, ok := p.stderr.(*os.File)
	if !ok || p.quiet || total <= 0 {
		return bar
	}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		bar.term = f
	}
	return bar
}

// Add counts n more.
func (b *Progress) Add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += int64(n)
	if now := time.Now(); b.term != nil && now.Sub(b.drawn) > 100*time.Millisecond {
		b.drawn = now
		const width = 40
		share := min(float64(b.done)/float64(b.total), 1)
		n := int(width * share)
		fmt.Fprintf(b.term, "\r%s [%s%s] %3.0f %%", b.what, strings.Repeat("=", n), strings.Repeat(" ", width-n),
			100*share)
	}
}

// Done returns how much has been counted.
func (b *Progress) Done() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.done
}

// Clear takes the bar away. It may be called again.
func (b *Progress) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.term != nil {
		fmt.Fprint(b.term, "\r\x1b[K")
		b.term = nil
	}
}

// Megabytes writes a number of bytes.
func Megabytes(n int64) string { return fmt.Sprintf("%.3g MB", float64(n)/1e6) }
