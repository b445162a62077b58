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

var (
	// publishing is read-locked for moves and removals that belong together, and for what
	// begins a temporary file; Abort locks it for good.
	publishing  sync.RWMutex
	temporaries sync.Map // paths
)

// createTemporary creates a file beside target.
func createTemporary(target string) (*os.File, error) {
	publishing.RLock()
	defer publishing.RUnlock()
	dir, base := filepath.Split(target)
	base = strings.ToValidUTF8(base[:min(len(base), 80)], "_")
	for {
		name := fmt.Sprintf(".%s.%08x%s", base, rand.Uint32(), suffix)
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			temporaries.Store(f.Name(), nil)
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
	for {
		if _, err := os.Stat(dir); err == nil {
			break
		}
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

func (s *Scratch) remove() {
	if os.Remove(s.Name()) == nil {
		temporaries.Delete(s.Name())
	}
}

// Close closes and removes the file.
func (s *Scratch) Close() error {
	err := s.File.Close()
	s.remove()
	return err
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

// move puts a temporary file where it belongs.
func move(temporary, target string) error {
	step()
	if err := os.Rename(temporary, target); err != nil {
		return err
	}
	temporaries.Delete(temporary)
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
	for !publishing.TryLock() { // Lock would keep what is being published from going on
		time.Sleep(time.Millisecond)
	}
	temporaries.Range(func(path, _ any) bool {
		os.Remove(path.(string))
		return true
	})
}
