package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"mlpipeline/internal/artifact"
)

// Manifests are the manifests of some files, with the truth of these alone: for a
// file in a folder of DIR, such as DIR/train, that is DIR/manifest.json, along the
// path that was given or, if there is none, where its symbolic links lead.
type Manifests struct {
	above map[string]*Manifest // by the path of the folder that the files are in; nil for none
	names map[string]bool      // of the files, as datasets
}

func newManifests() *Manifests {
	return &Manifests{above: map[string]*Manifest{}, names: map[string]bool{}}
}

// Beside reads the manifests of files, and of folders which the files in them
// were taken from: all files that a manifest lists in such a folder must be
// there.
func Beside(files, folders []string) (*Manifests, error) {
	ms := newManifests()
	for _, file := range files {
		ms.names[Name(file)] = true
	}
	for _, file := range files {
		if _, _, err := ms.find(file); err != nil {
			return nil, err
		}
	}
	for _, dir := range folders {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		m, all, err := ms.find(filepath.Join(dir, "*"))
		if m != nil && err == nil {
			err = m.complete(dir, strings.TrimSuffix(all, "*"))
		}
		if err != nil {
			return nil, err
		}
	}
	return ms, nil
}

// complete reports a file that the manifest lists and that is not there.
func (m *Manifest) complete(dir, prefix string) error {
	for _, e := range m.Datasets {
		name, here := strings.CutPrefix(e.Path, prefix)
		path := filepath.Join(dir, name)
		there := func(packed string) bool {
			_, err := os.Stat(path + packed)
			return err == nil
		}
		if here && !there("") && !slices.ContainsFunc(Packed, there) {
			return fmt.Errorf("%s: %s lists this file and it is not there; run %s again", path, m.path,
				ManifestKind.Program)
		}
	}
	return nil
}

// Look finds the manifests beside more files, of which no more than where these lie
// matters: they are not to be overwritten.
func (ms *Manifests) Look(files []string) error {
	for _, file := range files {
		dir := filepath.Dir(file)
		if _, known := ms.above[dir]; known {
			continue
		}
		if _, _, err := ms.find(filepath.Join(dir, "*")); err != nil {
			return err
		}
	}
	return nil
}

// find returns the manifest of a file, nil if there is none, and its path there. A
// packed file is called as it was before: hashes are of what it holds.
func (ms *Manifests) find(file string) (m *Manifest, path string, err error) {
	if file == "-" {
		return nil, "", nil
	}
	if m, err = ms.read(filepath.Dir(file)); m == nil && err == nil {
		// Where its links lead: its own, or those of its folder, which may be how the
		// working directory was entered.
		file = artifact.Resolve(file)
		m, err = ms.read(filepath.Dir(file))
	}
	dir, err2 := filepath.Abs(filepath.Dir(file))
	return m, filepath.Base(dir) + "/" + Unpacked(filepath.Base(file)), errors.Join(err, err2)
}

// read reads the manifest above a folder. A file of its name that is not one of
// ours is none of our business.
func (ms *Manifests) read(dir string) (*Manifest, error) {
	if m, known := ms.above[dir]; known {
		return m, nil
	}
	path := filepath.Join(dir, "..", "manifest.json")
	if filepath.Base(dir) == ".." || dir == "." { // where it lies, however it was entered
		abs, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		path = filepath.Join(filepath.Dir(abs), "manifest.json")
	}
	var m *Manifest
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		m, err = ReadManifest(path, ms.names)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, artifact.ErrForeign) {
			return nil, err
		}
	}
	ms.above[dir] = m
	return m, nil
}

// all yields the manifests there are, in order.
func (ms *Manifests) all() (all []*Manifest) {
	for _, dir := range slices.Sorted(maps.Keys(ms.above)) {
		if m := ms.above[dir]; m != nil {
			all = append(all, m)
		}
	}
	return all
}

// Paths returns the paths of the manifests there are.
func (ms *Manifests) Paths() (paths []string) {
	for _, m := range ms.all() {
		paths = append(paths, m.path)
	}
	return paths
}

// Columns returns the columns that the manifests agree on, nil if there is no
// manifest.
func (ms *Manifests) Columns() (columns *Columns, err error) {
	for _, m := range ms.all() {
		if columns != nil && !reflect.DeepEqual(*columns, m.Columns) {
			return nil, fmt.Errorf("%s names other columns than another manifest; use -target and -time", m.path)
		}
		columns = &m.Columns
	}
	return columns, nil
}

// Zone returns the zone in which the manifests' times were read, "" where there is none or
// they differ.
func (ms *Manifests) Zone() (zone string) {
	for i, m := range ms.all() {
		if m.Import == nil || i > 0 && m.Import.Zone != zone {
			return ""
		}
		zone = m.Import.Zone
	}
	return zone
}

// Entry returns the entry of a file and the manifest that it stands in, nil if
// there is none.
func (ms *Manifests) Entry(file string) (*Entry, *Manifest) {
	if ms == nil {
		return nil, nil
	}
	m, path, err := ms.find(file)
	if m == nil || err != nil || m.byPath[path] == nil {
		return nil, nil
	}
	return m.byPath[path], m
}

// Verify reports a file that a manifest lists but that is not what it was.
func (ms *Manifests) Verify(file string, id ID) error {
	if e, m := ms.Entry(file); e != nil && e.XXH64 != id.XXH64 {
		return fmt.Errorf("%s: is not what %s lists; run %s again, or move your own file to another name",
			file, m.path, ManifestKind.Program)
	}
	return nil
}

// Apart reports whether a file holds the test rows of a split by hash, and all of
// the others the rows of the other side: no row is in both.
func (ms *Manifests) Apart(file string, others []ID) bool {
	e, m := ms.Entry(file)
	if e == nil || m.Split == nil || e.Part != "test" {
		return false
	}
	train := map[string]bool{}
	for _, other := range m.Datasets {
		if other.Part == "train" {
			train[other.XXH64] = true
		}
	}
	return !slices.ContainsFunc(others, func(id ID) bool { return !train[id.XXH64] })
}

// CheckOutputs refuses outputs that would overwrite what is not theirs: see
// artifact.CheckOutputs; nor what a manifest beside them lists.
func CheckOutputs(outputs []artifact.Output, inputs []string) error {
	manifests := newManifests()
	for _, out := range outputs {
		if out.Path == "" || out.What == "" {
			continue
		}
		m, path, err := manifests.find(out.Path)
		if err != nil {
			return err
		}
		if m != nil && m.byPath[path] != nil {
			return fmt.Errorf("%s would be overwritten, and %s lists it; name another file", out.Path, m.path)
		}
	}
	return artifact.CheckOutputs(outputs, inputs)
}
