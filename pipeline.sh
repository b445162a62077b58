#!/bin/sh
# Creates data, fits the scaler, trains the model and tests it, in this order.
# Arguments go to data_creation, flags for the others stand in PREPROCESSING,
# PREPARATION and TESTING, quoted as in the shell. PREPROCESSING is -auto where it is not
# set: terms that bend, those that cross-validation keeps; PREPROCESSING= is the plain fit.
#	PREPROCESSING='-lags 1 -features "wind speed"' TESTING='-min-r2 0.8' \
#		./pipeline.sh -import my.csv -target load
# Paths in them are meant from the caller's folder. SHARDS=16 ./pipeline.sh runs the
# stages on a cluster with Slurm (cmd/slurm.sh).
set -eu

fail() { echo "pipeline.sh: $*" >&2; exit 1; }

HERE=$(pwd)
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
export GOWORK=off
cd "$root"

need=$(sed -n 's/^go //p' go.mod)
command -v go >/dev/null || fail "Go $need or newer is needed and not found; see https://go.dev/dl"
have=$(go env GOVERSION) # of the toolchain that go.mod selects, where go may fetch one
have=${have#go}
older=$(printf '%s\n%s\n' "$need" "${have%%[!0-9.]*}" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)
[ "$older" = "$need" ] || fail "Go $need or newer is needed and this is $have; see https://go.dev/dl"

for arg; do
	case $arg in
	-h | -help | --help | -version | --version) exec go run ./cmd/data_creation "$arg" ;;
	-out | --out | -out=* | --out=*) fail "-out is not for the pipeline, which works on $root/data; call the stages one by one" ;;
	esac
done

# run runs a program in a folder, where paths in its flags are meant from.
run() { # FOLDER PROGRAM PATH FLAG...: PATH is '' for the usual one
	export FOLDER="$1"
	program=$2 path=$3
	shift 3
	go run -exec "sh -c 'cd \"\$FOLDER\" && exec \"\$0\" \"\$@\"'" "./cmd/$program" "$@" ${path:+"$path"}
}

# stage runs a program with flags that are written as for the shell. Without any it works
# in this folder; with some it works in the caller's, and its own files are named.
stage() { # PROGRAM FLAGS NAME: of their variable
	program=$1 flags=$2
	export PIPELINE_FLAGS="$3" # for messages that advise a flag
	sh -nc "set -- $flags" 2>/dev/null || fail "$3 is not quoted as the shell wants it: $flags"
	set -f
	eval "set -- $flags"
	set +f
	models=$root/models
	if [ $# = 0 ] || [ "$HERE" = "$root" ]; then
		run "$root" "$program" '' "$@"
		return
	fi
	case $program in
	model_preprocessing) run "$HERE" "$program" "$root/data/train" -o "$models/scaler.json" "$@" ;;
	model_preparation)
		run "$HERE" "$program" "$root/data/train" -scaler "$models/scaler.json" -o "$models/model.gob" "$@"
		;;
	model_testing)
		run "$HERE" "$program" "$root/data/test" -scaler "$models/scaler.json" -model "$models/model.gob" \
			-metrics "$models/metrics.json" -report "$models/report.html" "$@"
		;;
	esac
}

if [ -n "${SHARDS-}" ]; then
	# shellcheck source=cmd/slurm.sh
	. cmd/slurm.sh # which has another run
fi
run "$HERE" data_creation '' -out "$root/data" "$@"
stage model_preprocessing "${PREPROCESSING--auto}" PREPROCESSING
stage model_preparation "${PREPARATION-}" PREPARATION
stage model_testing "${TESTING-}" TESTING
