#!/bin/sh
# The pipeline on a cluster with Slurm: SHARDS=16 ./pipeline.sh reads this. Data are
# created on this machine; then every stage is an array of so many tasks, each of which
# makes a part of the artifact from its share of the files, and a merge of the parts on
# this machine. The repository must lie in a folder that all nodes share.
#
# Partition, account, time and CPUs of a task are sbatch's to know: SBATCH_PARTITION and
# the others in its manual, and SBATCH_CPUS_PER_TASK. Tasks of a node that is lost start
# again elsewhere; one that fails ends the run, which can simply be started again.
set -eu

# On a node, as a copy with no more than its arguments: one shard.
if [ "${1-}" = -task ] && [ $# -ge 8 ]; then # DIR N PROGRAM FLAG EXTENSION FOLDER PATH FLAG...
	dir=$2 n=$3 program=$4 flag=$5 extension=$6 folder=$7 path=$8 i=$SLURM_ARRAY_TASK_ID
	shift 8
	status=0
	cd "$folder"
	"$dir/bin/$program" -workers "$SLURM_CPUS_ON_NODE" "$@" -shard "$i/$n" "$flag" "$dir/$program.$i$extension" \
		${path:+"$path"} || status=$?
	# What was killed did not fail: its node may be wanted for something else.
	[ $status = 0 ] || [ $status -ge 128 ] || { echo $status >"$dir/status.$i" && mv "$dir/status.$i" "$dir/failed.$i"; }
	exit $status
fi

n=$SHARDS
case $n in
0* | *[!0-9]* | ????????*) fail "SHARDS=$n is not a number from 1" ;;
esac
for command in sbatch squeue scancel scontrol; do
	command -v $command >/dev/null || fail "SHARDS needs Slurm, and $command is not found; without SHARDS the pipeline runs here"
done
# What a user may have set for a look at the queue is not meant for this one.
for name in $(env | sed -n -e 's/^\(SQUEUE_[A-Z_]*\)=.*/\1/p' -e 's/^\(SCANCEL_[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
unset SBATCH_ERROR SBATCH_INPUT SBATCH_WAIT # as is what would lead messages away, or wait
config=$(timeout 10 scontrol show config 2>&1) || fail "SHARDS needs Slurm, and its controller does not answer: $config"
most=$(echo "$config" | sed -n 's/^MaxArraySize *= *//p')
[ "$n" -le "$most" ] || fail "SHARDS=$n is more than this cluster's MaxArraySize, $most"

mkdir -p models
: "${root:=$(pwd)}"
dir=$(mktemp -d "$root/models/.shards-XXXXXX")
job=mlpipeline-${dir##*-}
logs=$(echo "$dir/log" | sed 's/%/%%/g') # as sbatch reads it
submitted=                               # a job that is waited for
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

finish() {
	status=$?
	trap '' HUP INT PIPE TERM
	[ -z "$submitted" ] || timeout 20 scancel --name="$job" ||
		echo "pipeline.sh: when Slurm answers again: scancel --name=$job" >&2 || :
	if [ $status = 0 ] || [ -z "$(find "$dir/log" -type f -size +0)" ]; then
		rm -rf "$dir"
	else
		rm -rf "${dir:?}/bin"
		echo "pipeline.sh: parts and logs are kept in $dir" >&2 || :
	fi
}

# missing prints the shards that have left no part.
missing() { # PROGRAM EXTENSION
	i=0
	while [ $i -lt "$n" ]; do
		[ -s "$dir/$1.$i$2" ] || echo $i
		i=$((i + 1))
	done
}

# split shares out the words of a command line: $parts for the shards, $whole for the
# merge, which takes gates and what the files do not say. A word that is no flag belongs
# to the flag before it.
split() { # WORD...
	parts='' whole='' to=parts
	for word; do
		flag=${word#-}
		flag=${flag#-}
		case $word in
		-[0-9.]*) ;; # a number
		-*)
			case ${flag%%=*} in
			min-* | max-mse | max-drift | digits | report) to=whole ;;
			o | scaler | model | metrics | quiet | workers) to=both ;;
			*) to=parts ;;
			esac
			;;
		esac
		word=\'$(printf %s "$word" | sed "s/'/'\\\\''/g")\'
		[ $to = whole ] || parts="$parts $word"
		[ $to = parts ] || whole="$whole $word"
	done
}

# run runs a program on all shards. That the job is done is what the parts say, not what
# sbatch or squeue do: a job may be cancelled, and a controller away for a while.
run() { # FOLDER PROGRAM PATH FLAG...
	folder=$1 program=$2 path=$3 output='' extension=''
	shift 3
	case $program in
	data_creation)
		(cd "$folder" && exec "$dir/bin/data_creation" "$@")
		return
		;;
	model_preprocessing) output=-o extension=.json ;;
	model_preparation) output=-o extension=.gob ;;
	model_testing) output=-metrics extension=.gob ;;
	esac
	split "$@"
	set -f
	eval "set -- $parts"
	set +f
	before='' since=$(date +%s) submitted=yes
	id=$(sbatch --parsable --array=0-$((n - 1)) --job-name="$job" --chdir="$root" --requeue --open-mode=append \
		${SBATCH_CPUS_PER_TASK:+--cpus-per-task="$SBATCH_CPUS_PER_TASK"} --output="$logs/$program.%a" \
		cmd/slurm.sh -task "$dir" "$n" "$program" "$output" "$extension" "$folder" "$path" "$@")
	while [ -n "$(missing "$program" "$extension")" ]; do
		for failed in "$dir"/failed.*; do
			[ ! -e "$failed" ] || broken "${failed##*.}"
		done
		queue=$(squeue --noheader --name="$job" --format='%T %r' 2>"$dir/squeue") ||
			queue="squeue fails: $(head -n 1 "$dir/squeue")"
		queue=$(echo "$queue" | sort -u | paste -s -d ';')
		case $queue in
		'') break ;;
		*"requeued held"*) fail "$program: job $id is held and will not start: $queue" ;;
		esac
		if [ $(($(date +%s) - since)) -ge 10 ] && [ "$queue" != "$before" ]; then # quick ones need no words
			echo "pipeline.sh: $program: job $id: $queue" >&2
			before=$queue
		fi
		sleep 1
	done
	for _ in 1 2 3 4 5; do # a shared folder may show a file a little late
		lost=$(missing "$program" "$extension" | head -n 1)
		[ -n "$lost" ] || break
		sleep 1
	done
	[ -z "$lost" ] || broken "$lost"
	sed -n '/: warning: /p' "$dir/log/$program".* | sort -u >&2
	eval "set -- $whole"
	(cd "$folder" && exec "$dir/bin/$program" -merge "$@" "$dir/$program".*)
}

# broken ends the run with what a shard has said, and its status.
broken() { # SHARD
	log=$dir/log/$program.$1
	if [ -s "$log" ]; then
		tail -n 5 "$log" >&2
	fi
	echo "pipeline.sh: $program: shard $1 of $n has left no part" >&2
	status=$(cat "$dir/failed.$1" 2>/dev/null) || status=1 # cancelled, or never started
	exit "$status"
}

mkdir "$dir/bin" "$dir/log"
CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$dir/bin/" ./cmd/... # as go run does
