package table

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// File is a CSV file whose header has been read.
type File struct {
	Path   string // as the user named it; "-" is standard input
	Name   string // dataset name
	Header []string
	Line   int64        // of the header, from 1
	First  dataset.Time // first timestamp; NoTime without a time column

	peek   []byte // the first bytes, uncompressed: the first row at least
	whole  bool   // they are all
	body   int    // where in peek the first row begins
	line   int64  // and its line
	stream io.Reader
}

// peekSize bounds what Open reads: the header and the first rows.
const peekSize = csv.BlockSize

// Find expands paths to files: a folder stands for the .csv files, packed or not,
// in it (not in folders below it), anything else for itself. No path may come
// twice.
func Find(paths []string) ([]string, error) {
	var found []string
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case path == "-", err == nil && !info.IsDir():
			found = append(found, path)
			continue
		case errors.Is(err, fs.ErrNotExist) && (path == "data/train" || path == "data/test"):
			return nil, fmt.Errorf("%w; run data_creation first", err)
		case err != nil:
			return nil, err
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		n := len(found)
		for _, e := range entries {
			file, folder := filepath.Join(path, e.Name()), false
			if !e.Type().IsRegular() {
				info, err := os.Stat(file)
				folder = err == nil && info.IsDir()
			}
			if dataset.IsCSV(e.Name()) && !folder {
				found = append(found, file)
			}
		}
		if len(found) == n {
			return nil, fmt.Errorf("%s: no .csv, .csv.gz or .csv.zst file in this folder", path)
		}
	}
	seen := map[string]bool{}
	for _, path := range found {
		clean := filepath.Clean(path)
		if seen[clean] {
			return nil, fmt.Errorf("%s is named twice", path)
		}
		seen[clean] = true
	}
	return found, nil
}

// Open reads the headers of the files at paths (see Find) and returns the
// files in the order in which they are always merged: by dataset name, then by
// the first timestamp in timeColumn.
func Open(paths []string, stdin io.Reader, timeColumn string) ([]*File, error) {
	found, err := Find(paths)
	if err != nil {
		return nil, err
	}
	files := make([]*File, len(found))
	first := 0 // in the order of merging
	var memory []byte
	for i, path := range found {
		f := &File{Path: path, Name: dataset.Name(path), peek: memory}
		if err := f.load(stdin); err != nil {
			return nil, err
		}
		f.First = f.first(timeColumn)
		files[i] = f
		// Only the first file's beginning is kept: there may be thousands.
		other := i
		if order(f, files[first]) < 0 {
			first, other = i, first
		}
		if memory = nil; other != first && files[other].stream == nil {
			memory, files[other].peek = files[other].peek, nil // which can be read again
		}
	}
	slices.SortStableFunc(files, order)
	return files, nil
}

// OpenShard opens the files of a shard of those at paths, all if it is nil, and reads
// the manifests beside them. found are the paths of all of them.
func OpenShard(shard *dataset.Shard, paths []string, stdin io.Reader, timeColumn string) (files []*File, found []string,
	manifests *dataset.Manifests, err error) {
	if found, err = Find(paths); err != nil {
		return nil, nil, nil, err
	}
	mine := found
	if shard != nil {
		mine, _ = shard.Choose(found)
	}
	if files, err = Open(mine, stdin, timeColumn); err != nil {
		return nil, nil, nil, err
	}
	if manifests, err = dataset.Beside(mine, paths); err == nil {
		err = manifests.Look(found)
	}
	return files, found, manifests, err
}

// order is that in which files are always merged.
func order(a, b *File) int {
	return dataset.Compare(dataset.ID{Name: a.Name, First: a.First}, dataset.ID{Name: b.Name, First: b.First})
}

// load reads f.peek and the header.
func (f *File) load(stdin io.Reader) error {
	r, info, err := f.reader(stdin)
	if err != nil {
		return err
	}
	f.peek = f.peek[:0]
	if err = f.more(r); err == nil {
		err = f.readHeader()
	}
	for err == nil && !f.whole && recordEnd(f.peek[f.body:]) < 0 && len(f.peek) < peekSize+csv.MaxRecord {
		err = f.more(r) // until the first row is there
	}
	if err == nil && (info == nil || !info.Mode().IsRegular()) {
		f.stream = r // cannot be opened again
		return nil
	}
	return cmp.Or(err, r.Close())
}

// more reads more of f.peek.
func (f *File) more(r io.Reader) error {
	n := len(f.peek)
	f.peek = slices.Grow(f.peek, peekSize)
	m, err := io.ReadFull(r, f.peek[n:n+peekSize])
	f.peek, f.whole = f.peek[:n+m], err != nil
	if err == nil || err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return fmt.Errorf("%s: %w", f.Path, err)
}

// reader opens the file from its beginning and undoes gzip and zstd, which are
// recognised by their first bytes.
func (f *File) reader(stdin io.Reader) (io.ReadCloser, fs.FileInfo, error) {
	var info fs.FileInfo
	raw := io.NopCloser(stdin)
	if f.Path != "-" {
		file, err := os.Open(f.Path)
		if err != nil {
			return nil, nil, err
		}
		if info, err = file.Stat(); err == nil && info.IsDir() {
			err = fmt.Errorf("%s: is a folder", f.Path)
		}
		if err != nil {
			file.Close()
			return nil, nil, err
		}
		raw = file
	}
	text, _, err := csv.Unpack(raw)
	if err != nil {
		raw.Close()
		return nil, nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	return &source{Reader: text, Closer: raw, file: f, info: info}, info, nil
}

// source is an open file that notices at its end if it changed while it was
// read.
type source struct {
	io.Reader
	io.Closer
	file *File
	info fs.FileInfo
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF && s.info != nil && s.info.Mode().IsRegular() {
		now, statErr := os.Stat(s.file.Path)
		if statErr != nil {
			return n, statErr
		}
		if now.Size() != s.info.Size() || !now.ModTime().Equal(s.info.ModTime()) {
			return n, errors.New("the file changed while it was read; run this again when it is complete")
		}
	}
	return n, err
}

// Stream reports whether the file can be read only once, as a pipe.
func (f *File) Stream() bool { return f.stream != nil }

// Size returns how many bytes the files have on disk, −1 if that is not known.
func Size(files []*File) int64 {
	var n int64
	for _, f := range files {
		info, err := os.Stat(f.Path)
		if f.stream != nil || err != nil {
			return -1
		}
		n += info.Size()
	}
	return n
}
