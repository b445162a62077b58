#!/bin/sh
# Creates data, fits the scaler, trains the model and tests it, in this order.
# Arguments go to data_creation: ./pipeline.sh -import my.csv -time date -target load
set -eu

fail() { echo "pipeline.sh: $*" >&2; exit 1; }

root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# Paths in the arguments are meant from the caller's folder.
here=$(pwd)
absolute() {
	case $1 in
	/* | - | *://*) printf '%s' "$1" ;;
	*) printf '%s/%s' "$here" "$1" ;;
	esac
}
n=$#
import=
while [ "$n" -gt 0 ]; do
	arg=$1
	shift
	n=$((n - 1))
	if [ -n "$import" ]; then
		arg=$(absolute "$arg")
		import=
	else
		case $arg in
		-import | --import) import=yes ;;
		-import=* | --import=*) arg=${arg%%=*}=$(absolute "${arg#*=}") ;;
		-out | --out | -out=* | --out=*) fail "-out is not for the pipeline, which works on $root/data; call the stages one by one" ;;
		esac
	fi
	set -- "$@" "$arg"
done

cd "$root"
need=$(sed -n 's/^go //p' go.mod)
command -v go >/dev/null || fail "Go $need or newer is needed and not found; see https://go.dev/dl"
have=$(go env GOVERSION) # of the toolchain that go.mod selects, where go may fetch one
have=${have#go}
older=$(printf '%s\n%s\n' "$need" "${have%%[!0-9.]*}" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)
[ "$older" = "$need" ] || fail "Go $need or newer is needed and this is $have; see https://go.dev/dl"

go run ./cmd/data_creation "$@"
go run ./cmd/model_preprocessing
go run ./cmd/model_preparation
go run ./cmd/model_testing
