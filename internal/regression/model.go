package regression

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/scaler"
)

// Kind is the format of model.gob.
var Kind = artifact.Kind{Format: "model", Version: 6, Program: "model_preparation"}

// gob numbers the types of a process in the order in which it meets them and
// writes these numbers. This makes them the same in every run.
func init() {
	if _, _, err := new(Model).Encode(); err != nil {
		panic(err)
	}
}

// Settings are what a model is fitted with, besides the rows. Models with the
// same settings can be merged.
type Settings struct {
	Scaler     string   // fingerprint of the scaler that standardised the rows
	Target     string   // name of y
	Time       string   // of the column that the calendar comes from; "" for none
	Names      []string // names of the p columns
	Mean       []float64
	Scale      []float64 `range:"1e-200,"`
	TargetMean float64   // what was subtracted from y
	Categories []Category
	SeasonFrom int // the columns that depend on the calendar alone
	SeasonTo   int
	Auto       bool            // choose alpha by cross-validation
	Alpha      float64         `range:"0,"` // ridge penalty, where not chosen
	Folds      int             `range:"2,1000"`
	Select     bool            // choose the terms by cross-validation
	Terms      []Term          // the columns by groups, in order
	Derived    []bool          // of the columns: those whose mean and scale come from the rows of the model
	Columns    metrics.Columns // of which drift is counted
	Size       []float64       // how large the numbers are that columns are made of, where they are derived

	left  []bool   // columns that are left out; nil for none
	blend []member // of which the solution is the mean; nil for none
}

// Dataset is what one file contributed: the factors of its K folds.
type Dataset struct {
	dataset.ID
	Used  int64
	Tail  []float64    // the last targets, as many as the longest lag, oldest first; NaN is a missing one
	Step  dataset.Time // the usual distance from row to row, 0 without lags
	Folds Folds
	Cells [][]metrics.Cells // of the same folds: what stands in the columns
}

// Model is a fitted regressor together with all that is needed to fit it
// again, to other data too. ŷ = Intercept + Σ Coef[j]·z[j] for a standardised
// row z.
type Model struct {
	Settings
	Part      *dataset.Shard // with it there are only the settings and the datasets
	Datasets  []Dataset      // in the order of dataset.Compare
	Penalty   float64        `range:"0,"` // the ridge penalty used
	Intercept float64
	Coef      []float64
	// Climatology is the model on the season's columns alone, its intercept
	// first; empty if there are none.
	Climatology []float64
	TrainMean   float64 // of the target
	Band        Band
	Kept        []bool // of the terms, those that are in the model
	Training    metrics.Training
}

// Fit is what is asked of a fit to the rows of a scaler.
type Fit struct {
	Auto   bool
	Alpha  float64
	Folds  int
	Select bool
}

// SettingsOf returns the settings of a fit to a scaler's rows.
func SettingsOf(s *scaler.Scaler, fit Fit) Settings {
	from, to := s.Harmonics()
	settings := Settings{Scaler: s.Fingerprint(), Target: s.Target, Time: s.Time, Names: s.FeatureNamesOut,
		Mean: s.Mean, Scale: s.Scale, TargetMean: s.TargetMean, SeasonFrom: from, SeasonTo: to, Auto: fit.Auto,
		Alpha: fit.Alpha, Folds: fit.Folds, Select: fit.Select, Derived: s.Derived(), Size: s.Sizes(),
		Columns: driftColumns(s)}
	category := -1
	for _, g := range s.Terms() {
		settings.Terms = append(settings.Terms, Term{g.Name, g.Kind, g.From, g.To(), g.Parents})
		if g.Kind != design.Word && g.Kind != design.Clock {
			continue
		}
		if category++; len(g.Columns) > 0 {
			settings.Categories = append(settings.Categories, Category{g.Name, g.From, g.To(), s.Reference(category)})
		}
	}
	return settings.unfitted()
}

// unfitted returns the settings as they were before a fit gave derived columns their mean
// and scale.
func (s Settings) unfitted() Settings {
	s.Mean, s.Scale = slices.Clone(s.Mean), slices.Clone(s.Scale)
	s.left, s.blend = nil, nil
	for j, derived := range s.Derived {
		if derived {
			s.Mean[j], s.Scale[j] = 0, 1
		}
	}
	return s
}

// leaveOut leaves out the columns of the terms that are not kept.
func (s *Settings) leaveOut(kept []bool) {
	s.left = make([]bool, len(s.Names))
	for t, kept := range kept {
		for j := s.Terms[t].From; j < s.Terms[t].To; j++ {
			s.left[j] = !kept
		}
	}
}

// kindOf returns the kind of column j.
func (s *Settings) kindOf(j int) design.TermKind {
	for _, t := range s.Terms {
		if j >= t.From && j < t.To {
			return t.Kind
		}
	}
	return ""
}

// isLeft reports whether column j is left out.
func (s *Settings) isLeft(j int) bool { return s.left != nil && s.left[j] }

// Follows reports whether the settings are those of a scaler's rows.
func (s *Settings) Follows(from *scaler.Scaler) bool {
	return reflect.DeepEqual(s.unfitted(), SettingsOf(from, Fit{s.Auto, s.Alpha, s.Folds, s.Select}))
}

// FoldBounds returns where the folds of n rows begin, and n: the first n mod K
// folds have one row more, as in scikit-learn's KFold.
func FoldBounds(n int64, folds int) []int64 {
	k := int64(folds)
	bounds := make([]int64, k+1)
	for i := range k {
		bounds[i+1] = bounds[i] + n/k
		if i < n%k {
			bounds[i+1]++
		}
	}
	return bounds
}

// New fits a model to datasets, and sums up what is to be said of it. The
// result depends on the datasets alone, not on how they were gathered.
func New(s Settings, datasets []Dataset) (*Model, *Summary, error) {
	datasets = slices.Clone(datasets)
	slices.SortStableFunc(datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) })
	m := &Model{Datasets: datasets}
	err := dataset.Distinct(m.IDs())
	if err != nil {
		return nil, nil, err
	}
	s = s.unfitted()
	datasets = s.standardize(datasets)
	wholes, total := factorsOf(datasets)
	if total.N == 0 {
		return nil, nil, errors.New("no row can be used: each lacks the target, a feature or a lag")
	}
	if !total.finite() {
		return nil, nil, fmt.Errorf("the squares of %q overflow float64; change its unit", s.Target)
	}
	folds := pool(datasets, s.Folds)
	choice := s.choose(datasets, folds)
	m.Settings, m.Kept = s, choice.kept
	whole, err := s.solver(&total, s.alphas(total.N)[0])
	if err != nil {
		return nil, nil, err
	}
	cv := choice.crossValidate(s, folds)
	m.Penalty = s.Alpha
	if s.Auto {
		switch {
		case cv.Reason == "" || choice.path != nil:
			m.Penalty = cv.best
		case !s.Select:
			return nil, nil, fmt.Errorf("alpha cannot be chosen by cross-validation: %s; use fewer -folds, or "+
				"a number for -alpha", cv.Reason)
		}
		if err := Enough(total.N, s.Coefficients(), m.Penalty); err != nil {
			return nil, nil, err
		}
	}
	penalized := whole.penalized(m.Penalty)
	fits, err := s.fits(&total, m.Penalty)
	if err != nil {
		return nil, nil, err
	}
	x := fits[0]
	m.Intercept, m.Coef = s.uncentre(x.b0), x.coef()
	m.TrainMean = s.uncentre(whole.big(0, whole.p+1).Over(whole.big(0, 0)))
	m.Band = newBand(penalized, m.Penalty, x, m.TrainMean)
	if m.Climatology, err = s.climatology(&total, m.Penalty); err != nil {
		return nil, nil, err
	}
	m.Training = training(datasets, cv.held)
	given := m.Datasets
	m.Datasets = datasets // standardised, for the robust errors
	summary := summarize(m, whole, penalized, x, wholes, cv)
	m.Datasets = given
	summary.Terms, summary.Selection = choice.worth, choice.selection
	if err := cmp.Or(summary.finite(), m.check(false)); err != nil {
		return nil, nil, err
	}
	return m, summary, nil
}

// factorsOf returns the factor of each dataset, and that of all.
func factorsOf(datasets []Dataset) (wholes []Factor, total Factor) {
	wholes = make([]Factor, len(datasets))
	for i, d := range datasets {
		for k := range d.Folds {
			wholes[i].Merge(&d.Folds[k])
		}
		total.Merge(&wholes[i])
	}
	return wholes, total
}

// NewShard makes a shard of a model, for Merge.
func NewShard(s Settings, part *dataset.Shard, datasets []Dataset) *Model {
	return &Model{Settings: s, Part: part, Datasets: datasets}
}

// uncentre gives a value of the centred target in the target's own origin.
func (s *Settings) uncentre(y moments.Sum) float64 {
	return moments.Float(s.TargetMean).Plus(y).Value()
}

// offsets are the sizes of the numbers that the columns come from, in units of
// their scale: |mean|/scale, and more for harmonics; see newSolver.
func (s *Settings) offsets() []float64 {
	offsets := make([]float64, len(s.Mean))
	for j, mean := range s.Mean {
		size := math.Abs(mean)
		if len(s.Derived) > 0 && s.Derived[j] {
			size = s.Size[j]
		}
		if j >= s.SeasonFrom && j < s.SeasonTo {
			size = max(size, design.HarmonicError/0x1p-53)
		}
		offsets[j] = size / s.Scale[j]
	}
	return offsets
}

// Coefficients returns how many coefficients there are with the intercept, but for
// those of reference levels.
func (s *Settings) Coefficients() int {
	n := len(s.Names) + 1
	for j := range s.left {
		if s.left[j] {
			n--
		}
	}
	for _, c := range s.Categories {
		if !s.isLeft(c.From) {
			n--
		}
	}
	return n
}

// solver prepares a factor of all columns for penalties from alpha.
func (s *Settings) solver(f *Factor, alpha float64) (*solver, error) {
	return newSolver(f, s.offsets(), alpha, s.left, s.levels())
}

// climatology fits the season's columns alone, without the penalty unless there are
// too few rows.
func (s *Settings) climatology(total *Factor, alpha float64) ([]float64, error) {
	if s.SeasonFrom == s.SeasonTo {
		return nil, nil
	}
	columns := []int{0}
	for j := s.SeasonFrom; j < s.SeasonTo; j++ {
		columns = append(columns, 1+j)
	}
	if Enough(total.N, len(columns), 0) == nil {
		alpha = 0
	}
	season, offsets := total.Columns(append(columns, total.Width-1)), s.offsets()[s.SeasonFrom:s.SeasonTo]
	a, err := newSolver(season, offsets, alpha, nil, nil)
	if err != nil {
		return nil, err
	}
	x := a.penalized(alpha).solve()
	return append([]float64{s.uncentre(x.b0)}, x.coef()...), nil
}

// IDs returns the datasets' identities.
func (m *Model) IDs() []dataset.ID {
	ids := make([]dataset.ID, len(m.Datasets))
	for i, d := range m.Datasets {
		ids[i] = d.ID
	}
	return ids
}

// Merge joins models over different files, or all shards of one, exactly: it is the
// model that one run over all their files would have fitted.
func Merge(models []*Model) (*Model, *Summary, error) {
	var datasets []Dataset
	var shards []*dataset.Shard
	for _, m := range models {
		shards = append(shards, m.Part)
	}
	if err := dataset.Complete(shards); err != nil {
		return nil, nil, err
	}
	for i, m := range models {
		if m.Scaler != models[0].Scaler {
			return nil, nil, fmt.Errorf("model %d was trained with another scaler than the first", i+1)
		}
		if !reflect.DeepEqual(m.unfitted(), models[0].unfitted()) {
			return nil, nil, fmt.Errorf("model %d has other settings than the first: alpha %s and %d folds where "+
				"the first has %s and %d", i+1, m.AlphaName(), m.Folds, models[0].AlphaName(), models[0].Folds)
		}
		datasets = append(datasets, m.Datasets...)
	}
	return New(models[0].Settings, datasets)
}

// AlphaName returns the penalty as it was asked for.
func (s *Settings) AlphaName() string {
	if s.Auto {
		return "auto"
	}
	return fmt.Sprint(s.Alpha)
}

// Encode returns model.gob and its fingerprint. The factors come behind all else,
// which is what predicting takes.
func (m *Model) Encode() (file []byte, fingerprint string, err error) {
	light := *m
	light.Datasets = slices.Clone(m.Datasets)
	factors := make([]Gathered, len(m.Datasets))
	for i := range light.Datasets {
		factors[i] = Gathered{m.Datasets[i].Folds, m.Datasets[i].Cells}
		light.Datasets[i].Folds, light.Datasets[i].Cells = nil, nil
	}
	return Kind.EncodeGob(&light, &factors)
}

// Read reads model.gob and checks it. It returns the
// file's fingerprint too.
func Read(path string) (*Model, string, error) { return read(path, true, false) }

// ReadLight is Read without the factors, for predicting.
func ReadLight(path string) (*Model, string, error) { return read(path, false, false) }

// ReadShard is Read of a model, or of a shard of one, for Merge.
func ReadShard(path string) (*Model, string, error) { return read(path, true, true) }

func read(path string, factors, part bool) (*Model, string, error) {
	m := new(Model)
	var folds []Gathered
	values := []any{m}
	if factors {
		values = append(values, &folds)
	}
	fingerprint, err := Kind.ReadGob(path, values...)
	if err != nil {
		return nil, "", err
	}
	if !part {
		if err := m.Part.Unmerged(path, Kind.Program); err != nil {
			return nil, "", err
		}
	}
	if factors && len(folds) != len(m.Datasets) {
		err = fmt.Errorf("factors of %d datasets for %d", len(folds), len(m.Datasets))
	} else {
		for i := range folds {
			m.Datasets[i].Folds, m.Datasets[i].Cells = folds[i].Folds, folds[i].Cells
		}
		err = m.check(factors)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: is not a model: %w; run %s again", path, err, Kind.Program)
	}
	return m, fingerprint, nil
}
