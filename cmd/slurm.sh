#!/bin/sh
# The pipeline on a cluster with Slurm: SHARDS=16 ./pipeline.sh comes here. Data are
# created on this machine; then every stage is an array of so many tasks, each of which
# makes a part of the artifact from its share of the files, and a merge of the parts on
# this machine. The repository must lie in a folder that all nodes share.
#
# Partition, account, time and CPUs of a task are sbatch's to know: SBATCH_PARTITION and
# the others in its manual. Tasks of a node that is lost start again elsewhere; one that
# fails ends the run, which can simply be started again.
set -eu

fail() { echo "pipeline.sh: $*" >&2; exit 1; }

# On a node, as a copy with no more than its arguments: one shard.
if [ "${1-}" = -task ]; then # DIR N PROGRAM FLAG EXTENSION
	dir=$2 n=$3 program=$4 flag=$5 extension=$6 i=$SLURM_ARRAY_TASK_ID
	status=0
	"$dir/bin/$program" -workers "$SLURM_CPUS_ON_NODE" -shard "$i/$n" "$flag" "$dir/$program.$i$extension" || status=$?
	# What was killed did not fail: its node may be wanted for something else.
	[ $status = 0 ] || [ $status -ge 128 ] || echo $status >"$dir/failed.$i"
	exit $status
fi

n=$SHARDS
case $n in
0* | *[!0-9]*) fail "SHARDS=$n is not a number from 1" ;;
esac
for command in sbatch squeue scancel scontrol; do
	command -v $command >/dev/null || fail "SHARDS needs Slurm, and $command is not found; without SHARDS the pipeline runs here"
done
config=$(timeout 10 scontrol show config 2>&1) || fail "SHARDS needs Slurm, and its controller does not answer: $config"
most=$(echo "$config" | sed -n 's/^MaxArraySize *= *//p')
[ "$n" -le "$most" ] || fail "SHARDS=$n is more than this cluster's MaxArraySize, $most"

root=$(pwd)
dir=$(mktemp -d "$root/models/.shards-XXXXXX")
job=mlpipeline-${dir##*-}
trap 'status=$?; scancel --name="$job" || :; [ $status = 0 ] || echo "pipeline.sh: parts and logs are kept in $dir" >&2' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$dir/bin" "$dir/log"
CGO_ENABLED=0 go build -trimpath -o "$dir/bin/" ./cmd/...

# missing prints the shards that have left no part.
missing() { # PROGRAM EXTENSION
	i=0
	while [ $i -lt "$n" ]; do
		[ -s "$dir/$1.$i$2" ] || echo $i
		i=$((i + 1))
	done
}

# stage runs a program on all shards. That the job is done is what the parts say, not
# what sbatch or squeue do: a job may be cancelled, and a controller away for a while.
stage() { # PROGRAM FLAG EXTENSION
	program=$1
	sbatch --parsable --array=0-$((n - 1)) --job-name="$job" --chdir="$root" --requeue --open-mode=append \
		--output="$dir/log/$program.%a" cmd/slurm.sh -task "$dir" "$n" "$@" >/dev/null
	while [ -n "$(squeue --noheader --name="$job" --format=%i 2>&1 || echo away)" ]; do
		for failed in "$dir"/failed.*; do
			[ ! -e "$failed" ] || broken "${failed##*.}" "$(cat "$failed")"
		done
		sleep 1
	done
	for _ in 1 2 3 4 5; do # a shared folder may show a file a little late
		lost=$(missing "$program" "$3" | head -n 1)
		[ -n "$lost" ] || break
		sleep 1
	done
	[ -z "$lost" ] || broken "$lost" "$(cat "$dir/failed.$lost" 2>/dev/null || echo 1)"
	sed -n '/: warning: /p' "$dir/log/$program".* | sort -u >&2
	"$dir/bin/$program" -merge "$dir/$program".*
}

# broken ends the run with what a shard has said.
broken() { # SHARD STATUS
	tail -n 5 "$dir/log/$program.$1" >&2 || :
	echo "pipeline.sh: $program: shard $1 of $n has left no part" >&2
	exit "$2"
}

(cd "$HERE" && exec "$dir/bin/data_creation" -out "$root/data" "$@")
stage model_preprocessing -o .json
stage model_preparation -o .gob
stage model_testing -metrics .json
rm -rf "$dir"
