package artifact

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// suffix ends the names of temporary files, and of nothing else:
// .NAME.NUMBER.mlpipeline~
const suffix = ".mlpipeline~"

// lockName is that of the file by which a folder is locked where it cannot be itself.
const lockName = ".lock" + suffix

// running is what this process is about.
var running = struct {
	sync.Mutex
	idle        *sync.Cond
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
		name := fmt.Sprintf(".%s.%08x%s", base, rand.Uint32(), suffix)
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

func forget(temporary string) {
	running.Lock()
	defer running.Unlock()
	delete(running.temporaries, temporary)
}

// leftoverAge is how long nobody must have written to a temporary file to be sure that
// nobody will.
const leftoverAge = 24 * time.Hour

// removeLeftovers removes the temporary files in a folder that killed programs have
// left. That a file could not be removed is none of the caller's business.
func removeLeftovers(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, ".") || !strings.HasSuffix(name, suffix) || name == lockName {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftoverAge {
			os.Remove(filepath.Join(dir, name))
		}
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
