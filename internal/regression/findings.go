package regression

import "fmt"

// Findings are doubts about the coefficients, each with a way out: sentences without their ends.
func (s *Summary) Findings() (found []string) {
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	choice := "the coefficients are those of least norm; model_preprocessing -features, or a lower -annual or -daily, " +
		"can leave one out"
	effect := "counts as the average category; train on a file that has it"
	if s.Alpha > 0 {
		choice, effect = "the penalty shares the effect among them", "has no effect of its own"
	}
	for _, relation := range s.Relations {
		add("collinear: %s; %s", relation, choice)
	}
	for _, level := range s.Absent {
		add("no row has %s: it %s", level, effect)
	}
	if s.StdErrorReason != "" {
		try := "more rows or fewer columns leave some"
		if s.ResidualStd != nil {
			try = "is the target among the columns?"
		}
		add("no standard errors: %s; %s", s.StdErrorReason, try)
	}
	if s.R2 > 1-1e-9 && s.StdErrorReason == "" {
		add("every row is fitted all but exactly: is the target, or a sum of columns that gives it, among them?")
		return found
	}
	if name, factor := s.Wider(); name != "" {
		why := "neighbouring rows resemble each other"
		switch {
		case s.Clusters.Kind == "datasets":
			why = "rows of one dataset resemble each other"
		case s.Time == "":
			why = "errors are larger in some places than in others"
		}
		add("the robust standard error of %q is %.1f times the classical one, as it is where %s; trust std_error_robust", name,
			factor, why)
	}
	if s.Clusters.Few() {
		add("the robust standard errors are of %d clusters only, and rough; more rows or -folds make more", s.Clusters.N)
	}
	return found
}
