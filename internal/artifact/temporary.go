package artifact

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// suffix ends the names of temporary files, and of nothing else:
// .NAME.HOST.PROCESS.COUNT.mlpipeline~
const suffix = ".mlpipeline~"

// running is what this process is about.
var running = struct {
	sync.Mutex
	idle        *sync.Cond
	count       int
	temporaries map[string]bool
	publishing  int // moves and removals that belong together
	aborted     bool
}{temporaries: map[string]bool{}}

func init() { running.idle = sync.NewCond(&running) }

// createTemporary creates a file beside target.
func createTemporary(target string) (*os.File, error) {
	running.Lock()
	defer running.Unlock()
	for running.aborted {
		running.idle.Wait() // for the end of the process
	}
	dir, base := filepath.Split(target)
	base = strings.ToValidUTF8(base[:min(len(base), 80)], "_")
	for {
		running.count++
		name := fmt.Sprintf(".%s.%s.%d.%d%s", base, host(), os.Getpid(), running.count, suffix)
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			running.temporaries[f.Name()] = true
		}
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
}

// Scratch is a file for this process alone, that ends with it.
type Scratch struct{ *os.File }

// CreateScratch creates a scratch file where dir is or will be. Where the system
// allows, it has no name any more and cannot be left behind.
func CreateScratch(dir string) (*Scratch, error) {
	for !exists(dir) {
		dir = filepath.Dir(dir)
	}
	f, err := createTemporary(filepath.Join(dir, "scratch"))
	if err != nil {
		return nil, err
	}
	s := &Scratch{f}
	s.remove()
	return s, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (s *Scratch) remove() {
	if os.Remove(s.Name()) == nil {
		forget(s.Name())
	}
}

// Close closes and removes the file.
func (s *Scratch) Close() error {
	err := s.File.Close()
	s.remove()
	return err
}

// host is this machine's name as it stands in the names of temporary files.
var host = sync.OnceValue(func() string {
	name, err := os.Hostname()
	if err != nil {
		name = "unknown"
	}
	return strings.Map(func(r rune) rune {
		if r == '.' || r == filepath.Separator {
			return '-'
		}
		return r
	}, name[:min(len(name), 64)])
})

func forget(temporary string) {
	running.Lock()
	defer running.Unlock()
	delete(running.temporaries, temporary)
}

// removeLeftovers removes the temporary files in a folder of processes that are
// no more. That a file could not be removed is none of the caller's business.
func removeLeftovers(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, ".") || !strings.HasSuffix(name, suffix) {
			continue
		}
		parts := strings.Split(strings.TrimSuffix(name, suffix), ".")
		if len(parts) < 4 || parts[len(parts)-3] != host() {
			continue
		}
		pid, err := strconv.Atoi(parts[len(parts)-2])
		path := filepath.Join(dir, name)
		running.Lock()
		mine := running.temporaries[path]
		running.Unlock()
		if err != nil || mine || pid != os.Getpid() && alive(pid) {
			continue
		}
		os.Remove(path)
	}
}

// enter begins what Abort must not cut in two, and leave ends it.
func enter() (leave func()) {
	running.Lock()
	defer running.Unlock()
	for running.aborted {
		running.idle.Wait() // for the end of the process
	}
	running.publishing++
	return func() {
		running.Lock()
		defer running.Unlock()
		running.publishing--
		running.idle.Broadcast()
	}
}

// move puts a temporary file where it belongs.
func move(temporary, target string) error {
	step()
	if err := os.Rename(temporary, target); err != nil {
		return err
	}
	forget(temporary)
	return nil
}

// Remove removes a file that belongs to something published.
func Remove(path string) error {
	step()
	return os.Remove(path)
}

// Abort prepares the end of the process, which must follow: it waits for what is
// just being published, removes all temporary files and lets nothing more be
// published.
func Abort() {
	running.Lock()
	defer running.Unlock()
	for running.publishing > 0 {
		running.idle.Wait()
	}
	running.aborted = true
	for path := range running.temporaries {
		os.Remove(path)
	}
}
