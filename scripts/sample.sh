# shellcheck shell=bash
# ./run's sample: a file of 256 MiB made here and synced, served by nginx on loopback at a limited rate, downloaded by
# `stint get`, its SHA-256 compared. All of it lives in build/sample and goes when the download has ended.

sample_directory=$(scratch sample)

# Serves build/sample/www; leaves its port in $sample_port.
serve_sample() {
    local user=''
    if [ "$(id -u)" -eq 0 ]; then user='user root;'; fi # the tree may be below /root, where www-data sees nothing
    for _ in 1 2 3 4 5; do
        sample_port=$((20000 + RANDOM % 12000))
        cat >"$sample_directory/nginx.conf" <<EOF
$user
worker_processes 1;
pid nginx.pid;
error_log error.log;
events {}
http {
    access_log access.log;
    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    server {
        listen 127.0.0.1:$sample_port;
        root www;
        limit_rate 12m; # 256 MiB in about 20 s
    }
}
EOF
        if nginx -p "$sample_directory" -c nginx.conf -e error.log 2>/dev/null; then return; fi
    done
    die "cannot start nginx: $(tail -n 1 "$sample_directory/error.log")"
}

# Ends the nginx of this sample, or of one that was left behind, and removes its files.
clean_sample() {
    if [ -s "$sample_directory/nginx.pid" ]; then kill "$(cat "$sample_directory/nginx.pid")" 2>/dev/null || true; fi
    rm -rf "$sample_directory"
}

sample() {
    local file=$sample_directory/sample.bin sum status=0
    clean_sample
    mkdir -p "$sample_directory/www"
    say "making a file of 256 MiB and serving it at 12 MiB/s from 127.0.0.1"
    head -c 256M /dev/urandom >"$sample_directory/www/sample.bin"
    sum=$(sha256sum <"$sample_directory/www/sample.bin")
    sum=${sum%% *}
    sync "$sample_directory/www/sample.bin" # or stintd's first commit waits until the disk has written it
    serve_sample

    say "stint get http://127.0.0.1:$sample_port/sample.bin (Ctrl-C detaches: the transfer goes on)"
    trap : INT # for stint to answer, not for us
    stint get "http://127.0.0.1:$sample_port/sample.bin" -o "$file" --checksum "sha256:$sum" || status=$?
    trap - INT
    if [ "$status" -eq 0 ]; then
        [ "$(sha256sum <"$file")" = "$sum  -" ] || die "the file's SHA-256 is not $sum"
        say "256 MiB in place; SHA-256 $sum verified"
        clean_sample
    elif [ "$status" -eq 75 ]; then # detached
        say "nginx serves it until the next ./run; it will be in $file"
    else
        clean_sample
        die "the sample ended with exit code $status"
    fi
}

suggest() {
    cat >&2 <<'EOF'

Try next (in another terminal while a ./run is downloading, too):
  ./run -- jobs                         what is waiting and running
  ./run -- why JOB                      what keeps a job from running, and what would clear it
  ./run -- get URL                      Ctrl-C detaches; the transfer goes on without you
  ./run -- get --charging URL           and then: ./run -- device set charging=false   pauses it
  ./run -- tasks                        what the Task Manager shows; tasks stop PACKAGE ends it at once
  ./run -- ui                           the same as a page in the browser
EOF
}
