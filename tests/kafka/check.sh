#!/usr/bin/env bash
# Brings the rig up, writes the topics, and reads `orders` with Debian's kcat through every door it can: check.sh DIR.
# Compares the numbers with the truth, tries the other doors with other clients, and says how long every step took. The rig keeps running.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:?the folder of the rig, which may be new}
failures=0

milliseconds() { date +%s%3N; }
timed() { # WHAT COMMAND…
  local what=$1 start
  shift
  start=$(milliseconds)
  "$@" || failures=$((failures + 1))
  printf 'kafka check: %6d ms  %s\n' $(($(milliseconds) - start)) "$what"
}

reads_orders() { # CLIENT
  local read
  read=$(timeout 60 kcat -F "$dir/clients/$1.conf" -C -e -q -t orders -o beginning -f '%p %o\n' -X log_level=0 | wc -l) || true
  [ "$read" = "$wanted" ] || { echo "kafka check: $1: kcat read $read records, the truth has $wanted" >&2; return 1; }
}

# May not read the topic, and is told so.
is_refused() { # CLIENT TOPIC
  local said
  said=$(timeout 60 kcat -F "$dir/clients/$1.conf" -C -e -t "$2" -o beginning -f '%p %o\n' 2>&1) || true
  [[ $said == *"Topic authorization failed"* ]] || { echo "kafka check: $1 is not refused $2: ${said:0:300}" >&2; return 1; }
}

# By the Python client's newer librdkafka: Kafka 4 refuses the SCRAM of the one that Debian's kcat has.
sees_orders() { # CLIENT
  "$here/../../target/kafka/venv/bin/python" - "$dir/clients/$1.conf" <<'PY'
import sys
from confluent_kafka.admin import AdminClient
settings = dict(line.rstrip("\n").split("=", 1) for line in open(sys.argv[1]))
sys.exit("orders" not in AdminClient(settings).list_topics(timeout=60).topics)
PY
}

# By Kafka's own tool, with the settings as Java spells them.
java_sees_orders() { # CLIENT
  # shellcheck source=/dev/null
  (source "$dir/rig.env" &&
    java -Xmx128m -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$RIG_CLASSPATH" org.apache.kafka.tools.TopicCommand \
      --bootstrap-server "$(sed -n 's/^bootstrap.servers=//p' "$dir/clients/$1.properties")" --command-config "$dir/clients/$1.properties" --list) |
    grep -qx orders
}

registry_answers_by_tls() {
  # shellcheck source=/dev/null
  (source "$dir/rig.env" && python3 - "$RIG_REGISTRY_TLS" "$RIG_CA" <<'PY'
import ssl, sys, urllib.request
urllib.request.urlopen(f"{sys.argv[1]}/subjects", context=ssl.create_default_context(cafile=sys.argv[2])).read()
PY
  )
}

guard_wants_a_password() {
  "$here/../../target/kafka/venv/bin/python" - "$(sed -n 's/^RIG_REGISTRY_GUARDED=//p' "$dir/rig.env")" <<'PY'
import sys
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
assert SchemaRegistryClient({"url": sys.argv[1], "basic.auth.user.info": "alice:alice-secret"}).get_schema(1).schema_str
try:
    SchemaRegistryClient({"url": sys.argv[1], "basic.auth.user.info": "alice:wrong"}).get_schema(1)
    sys.exit("the guarded registry takes a wrong password")
except SchemaRegistryError as error:
    assert error.http_status_code == 401, error
PY
}

timed "start" "$here/rig.sh" start "$dir"
[ "$failures" -eq 0 ] || exit 1
timed "topics" "$here/produce.py" "$dir"
wanted=$(wc -l <"$dir/truth/orders.ndjson")
KRB5_CONFIG=$dir/kerberos/krb5.conf KRB5CCNAME=FILE:$dir/kerberos/tickets
export KRB5_CONFIG KRB5CCNAME
for client in plaintext ssl plain-alice mtls-alice plain-bob mtls-bob oauthbearer-alice gssapi-alice; do
  timed "orders through $client: $wanted records" reads_orders "$client"
done
for client in scram-sha-256-alice scram-sha-512-alice; do timed "orders seen through $client" sees_orders "$client"; done
for client in mtls-alice scram-sha-512-alice oauthbearer-alice; do timed "orders seen through $client by Java" java_sees_orders "$client"; done
timed "registry by TLS" registry_answers_by_tls
timed "registry by password" guard_wants_a_password
timed "secret-orders refused to bob" is_refused plain-bob secret-orders
timed "orders refused to carol" is_refused plain-carol orders
du -sh "$dir" "$here/../../target/kafka" | sed 's/^/kafka check: /'
[ "$failures" -eq 0 ] || { echo "kafka check: $failures steps failed" >&2; exit 1; }
echo "kafka check: all as it should be"
