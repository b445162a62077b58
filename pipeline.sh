#!/bin/sh
# Creates data, fits the scaler, trains the model and tests it, in this order.
# Arguments go to data_creation: ./pipeline.sh -import my.csv -target load
# Paths in them are meant from the caller's folder. SHARDS=16 ./pipeline.sh runs the
# stages on a cluster with Slurm (cmd/slurm.sh).
set -eu

fail() { echo "pipeline.sh: $*" >&2; exit 1; }

HERE=$(pwd)
root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
export HERE GOWORK=off
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

[ -z "${SHARDS-}" ] || exec cmd/slurm.sh "$@"

from_here="sh -c 'cd \"\$HERE\" && exec \"\$0\" \"\$@\"'"
go run -exec "$from_here" ./cmd/data_creation -out "$root/data" "$@"
go run ./cmd/model_preprocessing
go run ./cmd/model_preparation
go run ./cmd/model_testing
