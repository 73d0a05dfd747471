#!/usr/bin/env bash
# A real Kafka broker, schema registry and Kerberos for the tests, on this machine alone: rig.sh VERB [DIR [kdc|broker|registry|guard]].
#   setup         fetches the programs into target/kafka, once (start does so by itself)
#   start DIR     starts what does not run yet and waits until it answers; ports and data in DIR stay the same
#   stop DIR      ends it and waits until it is gone
#   kill DIR      the same by SIGKILL, as a crash would
#   pause DIR     freezes it (SIGSTOP): connections stay open and nothing answers;  resume DIR goes on
#   status DIR    says what runs; exit code 3 unless all of it does
# README.md beside this script says what DIR holds.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
programs=$root/target/kafka

say() { echo "kafka rig: $*"; }
fail() {
  echo "kafka rig: $*" >&2
  exit 1
}
# Debian's servers lie where ordinary users do not look.
PATH=$PATH:/usr/sbin:/sbin
need() { command -v "$1" >/dev/null || fail "$1 is not installed (Debian: $2)"; }

# Runs quietly while all goes well; the end of the log when it does not.
logged() { # LOG COMMAND…
  local log=$1 code=0
  shift
  "$@" >"$log" 2>&1 </dev/null || code=$?
  [ "$code" -eq 0 ] && return
  tail -n 30 "$log" >&2
  fail "exit code $code from: $1 ${2:-} … (whole output: $log)"
}

# --- programs -----------------------------------------------------------------------------------------------------

need_java() {
  need java default-jdk-headless
  local major
  major=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p')
  [[ $major =~ ^[0-9]+$ && $major -ge 17 ]] || fail "Kafka 4 needs Java 17 or newer; $(command -v java) is ${major:-of an unknown version}"
}

is_current() { # STAMP HASH
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

setup_jars() {
  local hash
  hash=$(cat "$here/pom.xml" "$here/apicurio/pom.xml" | sha256sum | cut -d' ' -f1)
  is_current "$programs/.jars" "$hash" && return
  need mvn maven
  say "fetching Kafka and the registry (170 MB, once)"
  rm -rf "${programs:?}"/{lib,registry,maven}
  logged "$programs/maven.log" mvn -q -B -ntp -f "$here/pom.xml" package
  echo "$hash" >"$programs/.jars"
}

setup_python() {
  local hash
  need python3 'python3 python3-venv'
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "python3 is older than 3.11"
  hash=$(sha256sum <"$here/requirements.txt" | cut -c1-32)-$(python3 -c 'import sys; print(sys.version, sys.prefix)' | sha256sum | cut -c1-16)
  is_current "$programs/venv/.stamp" "$hash" && return
  say "fetching the Python clients (100 MB, once)"
  rm -rf "$programs/venv"
  logged "$programs/venv.log" python3 -m venv "$programs/venv"
  logged "$programs/pip.log" "$programs/venv/bin/pip" install --disable-pip-version-check -r "$here/requirements.txt"
  echo "$hash" >"$programs/venv/.stamp"
}

setup() {
  mkdir -p "$programs"
  exec 8>"$programs/lock"
  flock 8
  need_java
  need openssl openssl
  need kcat kcat
  need krb5kdc krb5-kdc
  need kadmin.local krb5-admin-server
  need kinit krb5-user
  setup_jars
  setup_python
  exec 8>&-
}

# --- the folder ---------------------------------------------------------------------------------------------------

# Free ports below the range that outgoing connections take theirs from, so that they are still free after a stop.
choose_ports() {
  python3 - <<'PY'
import random, socket
free = []
while len(free) < 10:
    port = random.randrange(20000, 32000)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    if port not in free:
        free.append(port)
print(*free)
PY
}

# shellcheck disable=SC2034 # for whoever sources rig.env
write_env() {
  local plaintext ssl sasl mtls gssapi controller registry registry_tls guard kdc name
  read -r plaintext ssl sasl mtls gssapi controller registry registry_tls guard kdc < <(choose_ports)
  RIG_DIR=$dir
  RIG_PLAINTEXT=127.0.0.1:$plaintext
  RIG_SSL=127.0.0.1:$ssl
  RIG_SASL_SSL=127.0.0.1:$sasl
  RIG_MTLS=127.0.0.1:$mtls
  RIG_GSSAPI=127.0.0.1:$gssapi
  RIG_KDC=127.0.0.1:$kdc
  RIG_KRB5_CONFIG=$dir/kerberos/krb5.conf
  RIG_KEYTABS=$dir/kerberos
  RIG_CONTROLLER=127.0.0.1:$controller
  RIG_REGISTRY=http://127.0.0.1:$registry/apis/ccompat/v7
  RIG_REGISTRY_TLS=https://127.0.0.1:$registry_tls/apis/ccompat/v7
  RIG_REGISTRY_GUARDED=http://127.0.0.1:$guard/apis/ccompat/v7
  RIG_CA=$dir/tls/ca.pem
  RIG_STRANGER_CA=$dir/tls/stranger-ca.pem
  RIG_CLIENTS=$dir/clients
  RIG_CLASSPATH="$programs/lib/*"
  RIG_BROKER_PID=$dir/broker.pid
  RIG_REGISTRY_PID=$dir/registry.pid
  RIG_GUARD_PID=$dir/guard.pid
  RIG_GUARD_LOG=$dir/guard.log
  RIG_BROKER_LOG=$dir/broker.log
  RIG_REGISTRY_LOG=$dir/registry.log
  for name in "${!RIG_@}"; do printf '%s=%q\n' "$name" "${!name}"; done >"$dir/rig.env.new"
  for name in "${!RIG_@}"; do printf '%s\0%s\0' "$name" "${!name}"; done | python3 -c '
import json, sys
words = sys.stdin.read().split("\0")[:-1]
print(json.dumps({name[4:].lower(): value for name, value in zip(words[::2], words[1::2])}, indent=2))' >"$dir/rig.json"
  mv "$dir/rig.env.new" "$dir/rig.env"
}

certificate() { # NAME CN EXTENSIONS: signed by the CA
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile <(echo "$3") -out "$1.pem"
  rm "$1.csr"
}

authority() { # NAME CN
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" -addext keyUsage=critical,keyCertSign \
    -keyout "$1.key" -out "$1.pem"
}

make_certificates() {
  cd "$1"
  authority ca "Rig CA"
  authority stranger-ca "Some other CA"
  certificate broker localhost subjectAltName=DNS:localhost,IP:127.0.0.1
  certificate alice alice extendedKeyUsage=clientAuth
  certificate bob bob extendedKeyUsage=clientAuth
  # Kafka reads key and certificate from one file.
  cat broker.key broker.pem >broker-keystore.pem
}

write_certificates() {
  [ -d "$dir/tls" ] && return
  rm -rf "$dir/tls.new"
  mkdir "$dir/tls.new"
  # shellcheck disable=SC2016 # the inner shell expands it
  (export -f make_certificates certificate authority && logged "$dir/tls.log" bash -euc 'make_certificates "$1"' - "$dir/tls.new")
  mv "$dir/tls.new" "$dir/tls"
}

# A realm of our own, beside whatever the machine has: nothing outside the folder is read or written.
export_kerberos() {
  export KRB5_CONFIG=$RIG_KRB5_CONFIG KRB5_KDC_PROFILE=$dir/kerberos/kdc.conf
}

make_realm() {
  local user
  cd "$1"
  kdb5_util create -s -P "$(openssl rand -hex 16)"
  for user in kafka/127.0.0.1 bob alice; do
    kadmin.local -q "addprinc -randkey $user"
    kadmin.local -q "ktadd -k $dir/kerberos/${user%%/*}.keytab $user"
    # It says all is well, whatever happens.
    [ -s "$dir/kerberos/${user%%/*}.keytab" ]
  done
}

write_realm() {
  [ -f "$dir/kerberos/alice.keytab" ] && return
  rm -rf "$dir/kerberos"
  mkdir "$dir/kerberos"
  cat >"$dir/kerberos/krb5.conf" <<CONF
[libdefaults]
  default_realm = RIG.TEST
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  RIG.TEST = {
    kdc = $RIG_KDC
  }
[logging]
  kdc = STDERR
CONF
  cat >"$dir/kerberos/kdc.conf" <<CONF
[kdcdefaults]
  kdc_listen = $RIG_KDC
  kdc_tcp_listen = $RIG_KDC
[realms]
  RIG.TEST = {
    database_name = $dir/kerberos/principal
    key_stash_file = $dir/kerberos/stash
    acl_file = $dir/kerberos/acl
    max_life = 1d
  }
CONF
  # shellcheck disable=SC2016 # the inner shell expands it
  (export_kerberos && export dir && export -f make_realm && logged "$dir/kerberos.log" bash -euc 'make_realm "$1"' - "$dir/kerberos")
}

write_broker_config() {
  cat >"$dir/broker.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@$RIG_CONTROLLER
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,MTLS:SSL,GSSAPI:SASL_PLAINTEXT
listeners=PLAINTEXT://$RIG_PLAINTEXT,SSL://$RIG_SSL,SASL_SSL://$RIG_SASL_SSL,MTLS://$RIG_MTLS,GSSAPI://$RIG_GSSAPI,CONTROLLER://$RIG_CONTROLLER
advertised.listeners=PLAINTEXT://$RIG_PLAINTEXT,SSL://$RIG_SSL,SASL_SSL://$RIG_SASL_SSL,MTLS://$RIG_MTLS,GSSAPI://$RIG_GSSAPI
log.dirs=$dir/data

ssl.keystore.type=PEM
ssl.keystore.location=$dir/tls/broker-keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location=$dir/tls/ca.pem
listener.name.mtls.ssl.client.auth=required
listener.name.mtls.ssl.principal.mapping.rules=RULE:^CN=([^,]+).*\$/\$1/

sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret" user_bob="bob-secret" user_carol="carol-secret";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
# Tokens that nobody signed: the broker's default validator takes them.
listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
listener.name.gssapi.sasl.enabled.mechanisms=GSSAPI
listener.name.gssapi.gssapi.sasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true keyTab="$dir/kerberos/kafka.keytab" principal="kafka/127.0.0.1@RIG.TEST";
sasl.kerberos.service.name=kafka

authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS

offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
message.max.bytes=33554432
# A transaction may stay open for a day, so that tests meet one.
transaction.max.timeout.ms=86400000
# The topics carry old times of their own: retention would eat them.
log.retention.ms=-1
# Compaction soon, not after the default 15 s.
log.cleaner.backoff.ms=200
log.cleaner.dedupe.buffer.size=8388608
log.initial.task.delay.ms=500
log.segment.delete.delay.ms=1000
PROPERTIES
}

# The settings of every way in, for librdkafka (NAME.conf, kcat -F) and for Java (NAME.properties).
write_client() { # NAME BOOTSTRAP LIBRDKAFKA_LINES JAVA_LINES
  printf 'bootstrap.servers=%s\n%s' "$2" "$3" >"$dir/clients/$1.conf"
  printf 'bootstrap.servers=%s\n%s' "$2" "$4" >"$dir/clients/$1.properties"
}

write_clients() {
  local java_tls ca user mechanism module=org.apache.kafka.common.security
  mkdir -p "$dir/clients"
  ca="ssl.ca.location=$RIG_CA"$'\n'
  java_tls="ssl.truststore.type=PEM"$'\n'"ssl.truststore.location=$RIG_CA"$'\n'
  write_client plaintext "$RIG_PLAINTEXT" "" ""
  write_client ssl "$RIG_SSL" "security.protocol=SSL"$'\n'"$ca" "security.protocol=SSL"$'\n'"$java_tls"
  for user in alice bob; do
    cat "$dir/tls/$user.key" "$dir/tls/$user.pem" >"$dir/tls/$user-keystore.pem"
    write_client "mtls-$user" "$RIG_MTLS" \
      "security.protocol=SSL"$'\n'"${ca}ssl.certificate.location=$dir/tls/$user.pem"$'\n'"ssl.key.location=$dir/tls/$user.key"$'\n' \
      "security.protocol=SSL"$'\n'"${java_tls}ssl.keystore.type=PEM"$'\n'"ssl.keystore.location=$dir/tls/$user-keystore.pem"$'\n'
  done
  for user in alice bob carol; do
    for mechanism in PLAIN SCRAM-SHA-256 SCRAM-SHA-512; do
      local login=$module.scram.ScramLoginModule
      [ "$mechanism" = PLAIN ] && login=$module.plain.PlainLoginModule
      write_client "${mechanism,,}-$user" "$RIG_SASL_SSL" \
        "security.protocol=SASL_SSL"$'\n'"${ca}sasl.mechanism=$mechanism"$'\n'"sasl.username=$user"$'\n'"sasl.password=$user-secret"$'\n' \
        "security.protocol=SASL_SSL"$'\n'"${java_tls}sasl.mechanism=$mechanism"$'\n'"sasl.jaas.config=$login required username=\"$user\" password=\"$user-secret\";"$'\n'
    done
    write_client "oauthbearer-$user" "$RIG_SASL_SSL" \
      "security.protocol=SASL_SSL"$'\n'"${ca}sasl.mechanism=OAUTHBEARER"$'\n'"enable.sasl.oauthbearer.unsecure.jwt=true"$'\n'"sasl.oauthbearer.config=principal=$user"$'\n' \
      "security.protocol=SASL_SSL"$'\n'"${java_tls}sasl.mechanism=OAUTHBEARER"$'\n'"sasl.jaas.config=$module.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"$user\";"$'\n'
  done
  for user in alice bob; do
    local door="security.protocol=SASL_PLAINTEXT"$'\n'"sasl.mechanism=GSSAPI"$'\n'"sasl.kerberos.service.name=kafka"$'\n'
    write_client "gssapi-$user" "$RIG_GSSAPI" \
      "${door}sasl.kerberos.keytab=$dir/kerberos/$user.keytab"$'\n'"sasl.kerberos.principal=$user@RIG.TEST"$'\n' \
      "${door}sasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true keyTab=\"$dir/kerberos/$user.keytab\" principal=\"$user@RIG.TEST\";"$'\n'
  done
}

# One of Kafka's own tools; no compiling beyond the first tier, since it lives for a second.
tool() { # CLASS ARGUMENTS…
  java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$RIG_CLASSPATH" "$@"
}

format() {
  [ -f "$dir/data/meta.properties" ] && return
  local user scram=()
  for user in alice bob carol; do
    scram+=(--add-scram "SCRAM-SHA-256=[name=$user,password=$user-secret]" --add-scram "SCRAM-SHA-512=[name=$user,password=$user-secret]")
  done
  logged "$dir/format.log" tool kafka.tools.StorageTool format -t "${RIG_CLUSTER:-bGVmdGZvbGQtdGVzdC1yaQ}" -c "$dir/broker.properties" "${scram[@]}"
}

# alice may do all; bob may read, but of what begins with "secret" only that it is there; carol may do nothing.
grant() {
  [ -f "$dir/.granted" ] && return
  local acl=(tool org.apache.kafka.tools.AclCommand --bootstrap-server "$RIG_PLAINTEXT" --add)
  logged "$dir/grant.log" "${acl[@]}" --allow-principal User:alice --operation All --topic '*' --group '*' --transactional-id '*' --cluster
  logged "$dir/grant.log" "${acl[@]}" --allow-principal User:bob --operation Read --operation Describe --operation DescribeConfigs --topic '*'
  logged "$dir/grant.log" "${acl[@]}" --deny-principal User:bob --operation Read --topic secret --resource-pattern-type prefixed
  touch "$dir/.granted"
}

# --- processes ----------------------------------------------------------------------------------------------------

# The process of PART (kdc, broker, registry or guard), if it runs and is still ours: its command line holds the folder.
pid_of() { # PART
  local pid
  [ -f "$dir/$1.pid" ] || return 1
  pid=$(cat "$dir/$1.pid")
  [ -r "/proc/$pid/cmdline" ] && tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "-Drig=$dir" || return 1
  echo "$pid"
}

launch() { # PART COMMAND…
  local part=$1
  shift
  (cd "$dir" && exec setsid "$@" >>"$dir/$part.log" 2>&1 </dev/null 9>&-) &
  echo $! >"$dir/$part.pid"
}

launch_java() { # PART JAVA_ARGUMENTS…
  local part=$1
  shift
  launch "$part" java "-Drig=$dir" -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.showDateTime=true \
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS" "$@"
}

launch_broker() {
  launch_java broker "-Xmx${RIG_BROKER_HEAP:-512m}" "-Djava.security.krb5.conf=$RIG_KRB5_CONFIG" -cp "$RIG_CLASSPATH" kafka.Kafka "$dir/broker.properties"
}

launch_registry() {
  local registry registry_tls
  registry=$(host_of "$RIG_REGISTRY") registry_tls=$(host_of "$RIG_REGISTRY_TLS")
  launch_java registry -Xmx256m -Dquarkus.http.host=127.0.0.1 "-Dquarkus.http.port=${registry#*:}" \
    "-Dquarkus.http.ssl-port=${registry_tls#*:}" -Dquarkus.http.insecure-requests=enabled \
    "-Dquarkus.http.ssl.certificate.files=$dir/tls/broker.pem" "-Dquarkus.http.ssl.certificate.key-files=$dir/tls/broker.key" \
    -Dapicurio.storage.kind=sql -Dapicurio.storage.sql.kind=h2 "-Dapicurio.datasource.url=jdbc:h2:file:$dir/schemas/h2" \
    -jar "$programs"/registry/apicurio-registry-app-*-runner.jar
}

host_of() { # URL: its HOST:PORT
  local place=${1#*://}
  echo "${place%%/*}"
}

launch_guard() {
  local place
  place=$(host_of "$RIG_REGISTRY_GUARDED")
  launch guard "$programs/venv/bin/python" "$here/guard.py" "${place#*:}" "$(host_of "$RIG_REGISTRY")" alice:alice-secret "-Drig=$dir"
}

# It takes no arguments of ours: its name says whose it is.
launch_kdc() {
  # shellcheck disable=SC2016 # the inner shell expands it
  (export_kerberos && launch kdc bash -c 'exec -a "$0" krb5kdc -n' "-Drig=$dir")
}

is_open() { (exec 3<>"/dev/tcp/${1%:*}/${1#*:}") 2>/dev/null; } # HOST:PORT
answers_broker() { is_open "$RIG_PLAINTEXT" && kcat -b "$RIG_PLAINTEXT" -L -m 2 -X log_level=0 >/dev/null 2>&1; }
answers_registry() {
  local place line=""
  place=$(host_of "$RIG_REGISTRY")
  is_open "$place" || return 1
  {
    printf 'GET /apis/ccompat/v7/subjects HTTP/1.0\r\nHost: %s\r\n\r\n' "$place" >&3
    read -r -t 5 line <&3 || true
  } 3<>"/dev/tcp/${place%:*}/${place#*:}" 2>/dev/null
  [[ $line == HTTP/*" 200 "* ]]
}

answers_kdc() { is_open "$RIG_KDC"; }
answers_guard() { is_open "$(host_of "$RIG_REGISTRY_GUARDED")"; }

# Waits until PART answers; fails at once when its process ends, and after RIG_PATIENCE seconds.
await() { # PART
  local part=$1 end=$((SECONDS + ${RIG_PATIENCE:-300}))
  until "answers_$part"; do
    # Between one program and the next, which takes its place, a process says nothing of itself.
    pid_of "$part" >/dev/null || kill -0 "$(cat "$dir/$part.pid")" 2>/dev/null || return 1
    [ "$SECONDS" -lt "$end" ] || fail "the $part did not answer within ${RIG_PATIENCE:-300} s; see $dir/$part.log"
    sleep 0.1
  done
}

signal() { # SIGNAL PART; waits for the end when the signal is one that ends
  local pid end=$((SECONDS + 60))
  pid=$(pid_of "$2") || { rm -f "$dir/$2.pid"; return 0; }
  # A frozen process hears nothing else.
  [ "$1" = TERM ] && kill -CONT "$pid"
  kill "-$1" "$pid"
  case $1 in STOP | CONT) return ;; esac
  while pid_of "$2" >/dev/null; do
    [ "$SECONDS" -lt "$end" ] || { say "the $2 did not end within 60 s: killing it"; kill -KILL "$pid"; end=$((SECONDS + 60)); }
    sleep 0.05
  done
  rm -f "$dir/$2.pid"
}

addresses_of() { # PART
  case $1 in
  broker) echo "$RIG_PLAINTEXT" "$RIG_SSL" "$RIG_SASL_SSL" "$RIG_MTLS" "$RIG_GSSAPI" "$RIG_CONTROLLER" ;;
  kdc) echo "$RIG_KDC" ;;
  registry) echo "$(host_of "$RIG_REGISTRY")" "$(host_of "$RIG_REGISTRY_TLS")" ;;
  guard) host_of "$RIG_REGISTRY_GUARDED" ;;
  esac
}

# Another program's answer would be taken for ours.
launch_alone() { # PART
  local address
  for address in $(addresses_of "$1"); do
    is_open "$address" && fail "$address is taken by another program; this rig chose it at its first start and needs it for the $1"
  done
  [ -f "$dir/$1.log" ] && mv "$dir/$1.log" "$dir/$1.log.before"
  "launch_$1"
}

last_words() { # PART
  tail -n 15 "$dir/$1.log" >&2
  fail "the $1 ended while starting; see $dir/$1.log"
}

start() {
  local attempt part fresh=
  for part in "${parts[@]}"; do
    if pid_of "$part" >/dev/null; then signal CONT "$part"; else fresh+=" $part"; fi
  done
  if [ -z "$fresh" ]; then
    for part in "${parts[@]}"; do await "$part" || last_words "$part"; done
    say "runs already"
    return
  fi
  setup
  for attempt in 1 2 3; do
    [ -f "$dir/rig.env" ] || write_env
    # shellcheck source=/dev/null
    source "$dir/rig.env"
    write_certificates
    write_realm
    write_broker_config
    write_clients
    format
    for part in $fresh; do launch_alone "$part"; done
    local ended=
    for part in "${parts[@]}"; do await "$part" || ended=$part; done
    [ -z "$ended" ] && break
    # Somebody may have taken a port since it was chosen; once topics hold our addresses they must stay.
    if [ "$attempt" -lt 3 ] && [ ! -f "$dir/.granted" ] && grep -qiE 'address already in use|BindException|port .* (seems to be )?in use' "$dir/$ended.log"; then
      for part in kdc broker registry guard; do signal TERM "$part"; done
      rm -rf "$dir/rig.env" "$dir/kerberos"
      fresh=" kdc broker registry guard"
    else
      last_words "$ended"
    fi
  done
  if [[ " ${parts[*]} " == *" broker "* ]]; then grant; fi
  say "started$fresh in $SECONDS s; broker $RIG_PLAINTEXT, registry $RIG_REGISTRY, more in $dir/rig.env"
}

status() {
  local part pid code=0
  for part in "${parts[@]}"; do
    if ! pid=$(pid_of "$part"); then
      say "$part: stopped"
      code=3
    elif "answers_$part"; then
      say "$part: runs (process $pid)"
    else
      say "$part: process $pid does not answer"
      code=3
    fi
  done
  return "$code"
}

verb=${1:-} dir=${2:-} parts=(kdc broker registry guard)
[ "$verb" = setup ] && { setup; exit; }
if [[ ! $verb =~ ^(start|stop|kill|pause|resume|status)$ ]] || [ -z "$dir" ] || [[ ! ${3:-broker} =~ ^(kdc|broker|registry|guard)$ ]]; then
  sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
[ -n "${3:-}" ] && parts=("$3")
if [ "$verb" = start ]; then mkdir -p "$dir"; elif [ ! -f "$dir/rig.env" ]; then fail "nothing was ever started in $dir"; fi
dir=$(cd "$dir" && pwd)
[[ $dir =~ ^[A-Za-z0-9/._+@-]+$ ]] || fail "the folder's path holds a character that Kafka's settings cannot: $dir"
exec 9>"$dir/lock"
flock 9
# shellcheck source=/dev/null
[ -f "$dir/rig.env" ] && source "$dir/rig.env"
[ ! -f "$dir/rig.env" ] || [ -n "${RIG_GSSAPI:-}" ] || fail "an older version of this script made $dir; stop what runs there and remove it"
case $verb in
start) start ;;
stop) for part in "${parts[@]}"; do signal TERM "$part"; done ;;
kill) for part in "${parts[@]}"; do signal KILL "$part"; done ;;
pause) for part in "${parts[@]}"; do signal STOP "$part"; done ;;
resume) for part in "${parts[@]}"; do signal CONT "$part"; done ;;
status) status ;;
esac
