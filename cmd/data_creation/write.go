package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cespare/xxhash/v2"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// part is the train or test file of a dataset, being written.
type part struct {
	entry dataset.Entry
	file  *artifact.File
	hash  *xxhash.Digest
	both  *bufio.Writer // into file and hash
}

// newPart begins DIR/PART/NAME.csv.
func newPart(dir, which, name string, header []string) (*part, error) {
	p := &part{hash: xxhash.New(), entry: dataset.Entry{Name: name, Part: which, Path: which + "/" + name + ".csv",
		First: dataset.NoTime, Last: dataset.NoTime}}
	path := filepath.Join(dir, which, name+".csv")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	var err error
	if p.file, err = artifact.Create(path); err != nil {
		return nil, err
	}
	p.both = bufio.NewWriterSize(io.MultiWriter(p.hash, p.file), 1<<16)
	_, err = p.both.Write(csv.AppendRecord(nil, header...))
	return p, err
}

// add writes n rows, the first and last of which are of these times.
func (p *part) add(rows []byte, n int, first, last dataset.Time) error {
	if p.entry.Rows == 0 {
		p.entry.First = first
	}
	p.entry.Rows += int64(n)
	p.entry.Last = last
	_, err := p.both.Write(rows)
	return err
}

func (p *part) finish() error {
	err := p.both.Flush()
	if p.both = nil; err != nil { // others may follow, and take the memory
		return err
	}
	p.entry.XXH64 = fmt.Sprintf("%016x", p.hash.Sum64())
	return p.file.Finish()
}

// publish moves finished parts into place under a new manifest, and says what else
// is there.
func publish(ctx context.Context, o *options, m *dataset.Manifest, parts []*part, rejects *artifact.File) error {
	var files artifact.Set
	for _, p := range parts {
		m.Datasets = append(m.Datasets, p.entry)
		files.Add(p.file)
	}
	if rejects != nil {
		files.Add(rejects)
	}
	removed, damaged, err := replace(ctx, o, m, &files)
	if damaged != nil {
		o.Warnf("%v; its files were not removed: look whether there are any", damaged)
	}
	if err != nil {
		return err
	}
	if n := len(removed); n > 0 {
		more := ""
		if n > 4 {
			more = " …"
		}
		o.Logf("%s removed: %s%s", cli.Plural(n, "file of the run before was", "files of the run before were"),
			table.Quote(removed[:min(4, n)]), more)
	}
	warnOfOthers(o, m)
	return nil
}

// replace puts parts and manifest in the place of the old ones. First go the
// files that only the old manifest lists, then comes the manifest, then the
// parts: whenever it is interrupted, the manifest lists every file that is
// there, and the stages refuse those that are not yet what it says.
//
// A manifest that is damaged is replaced too: this is how it is mended.
func replace(ctx context.Context, o *options, m *dataset.Manifest, files *artifact.Set) (removed []string, damaged,
	err error) {
	unlock, err := artifact.Lock(ctx, o.out)
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	old, damaged, err := checkOld(o)
	if err == nil && damaged == nil {
		err = foreign(o.out, old, m)
	}
	if err != nil {
		return nil, damaged, err
	}
	// All that is to be there is written before anything goes.
	var all artifact.Set
	defer all.Cleanup()
	if err := all.WriteJSON(dataset.ManifestKind, filepath.Join(o.out, manifestName), m); err != nil {
		return nil, damaged, err
	}
	all.Join(files)
	if err := all.Finish(); err != nil {
		return nil, damaged, err
	}
	if removed, err = removeOld(o.out, old, m); err != nil {
		return removed, damaged, err
	}
	return removed, damaged, all.Commit()
}

const manifestName = "manifest.json"

// checkOld reads the manifest that is there, an empty one if there is none, and refuses
// to remove or to overwrite, with the files that it lists, what is imported, or data to
// train on for rows that have no target. A damaged one lists nothing.
func checkOld(o *options) (old *dataset.Manifest, damaged, err error) {
	manifest := filepath.Join(o.out, manifestName)
	old, err = dataset.ReadManifest(manifest, nil)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist):
		old = new(dataset.Manifest)
	case errors.Is(err, artifact.ErrForeign):
		return nil, nil, fmt.Errorf("%s: is not a manifest of this program, which would overwrite it; "+
			"move it away or use another -out", manifest)
	default:
		old, damaged = new(dataset.Manifest), err
	}
	if len(o.imports) == 0 { // nothing is read
		return old, damaged, nil
	}
	outputs := []artifact.Output{artifact.Listed(manifest)}
	trained := false
	for _, e := range old.Datasets {
		trained = trained || e.Part == "train"
		for _, path := range onDisk(o.out, e) {
			outputs = append(outputs, artifact.Listed(path))
		}
	}
	outputs = append(outputs, artifact.Text(o.rejects, "list of rejects", rejectsHeader))
	if err := dataset.CheckOutputs(outputs, o.imports); err != nil {
		return nil, nil, cli.Usagef("%w", err)
	}
	if o.Target == "" && old.Target != "" && trained {
		return nil, nil, cli.Usagef("%s lists data to train on, which rows without a target would replace; "+
			"use another -out", manifest)
	}
	return old, damaged, nil
}

// onDisk returns the paths of what is there of an entry: its file, or those that it was
// packed into since.
func onDisk(dir string, e dataset.Entry) (paths []string) {
	path := filepath.Join(dir, filepath.FromSlash(e.Path))
	if _, err := os.Lstat(path); err == nil {
		return []string{path}
	}
	for _, ext := range dataset.Packed {
		if _, err := os.Lstat(path + ext); err == nil {
			paths = append(paths, path+ext)
		}
	}
	return paths
}

// paths are those of the files that a manifest lists, in its folder.
func paths(m *dataset.Manifest) map[string]bool {
	listed := map[string]bool{}
	for _, e := range m.Datasets {
		listed[e.Path] = true
	}
	return listed
}

// foreign refuses to overwrite a file that the old manifest does not list.
func foreign(dir string, old, m *dataset.Manifest) error {
	listed := paths(old)
	for _, e := range m.Datasets {
		path := filepath.Join(dir, filepath.FromSlash(e.Path))
		if _, err := os.Lstat(path); err == nil && !listed[e.Path] {
			return fmt.Errorf("%s: is there already and no manifest lists it; move it away", path)
		}
	}
	return nil
}

// warnOfOthers names the CSV files beside those of the manifest, which the
// later stages will read too.
func warnOfOthers(o *options, m *dataset.Manifest) {
	listed := paths(m)
	for _, which := range []string{"train", "test"} {
		found, _ := table.Find([]string{filepath.Join(o.out, which)}) // none is fine
		for _, path := range found {
			if !listed[which+"/"+filepath.Base(path)] {
				o.Warnf("%s is not of this run, and will be used with it; move it away if it should not", path)
			}
		}
	}
}

// removeOld removes the files that the old manifest lists and the new one does
// not, and returns their paths in dir.
func removeOld(dir string, old, m *dataset.Manifest) (removed []string, err error) {
	keep := paths(m)
	for _, e := range old.Datasets {
		for _, path := range onDisk(dir, e) {
			if keep[e.Path] && dataset.Unpacked(path) == path { // it is replaced
				continue
			}
			if err := artifact.Remove(path); err != nil {
				return removed, fmt.Errorf("%s: %w", path, err)
			}
			removed = append(removed, e.Path)
		}
	}
	return removed, nil
}
