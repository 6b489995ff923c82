"""Trades one order on an exchange that speaks Pacifica's protocol, with nothing but Python.

    breakwater exchange > exchange.json &
    python3 trade_an_order.py exchange.json

Reads the exchange's start line, places a resting order, reads it back, cancels it, takes with a
market order, and shows that a changed body is turned down. Prints one line of JSON. It shares no
code with the rest of this repository: Ed25519 is written out after RFC 8032, base58 by hand.
"""

import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
import uuid

# Ed25519 (RFC 8032), as plain as it gets. Points are (x, y) on the twisted Edwards curve.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + product, P - 2, P)
    y3 = (y1 * y2 + x1 * x2) * pow(1 - product, P - 2, P)
    return (x3 % P, y3 % P)


def times(point, count):
    total = (0, 1)
    while count > 0:
        if count & 1:
            total = add(total, point)
        point = add(point, point)
        count >>= 1
    return total


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * SQRT_OF_MINUS_ONE % P
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (x_of(BASE_Y, 0), BASE_Y)


def encoded(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def number(data):
    return int.from_bytes(hashlib.sha512(data).digest(), "little")


def ed25519_sign(seed, message):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    public = encoded(times(BASE, scalar))
    r = number(digest[32:] + message) % L
    commitment = encoded(times(BASE, r))
    s = (r + number(commitment + public + message) * scalar) % L
    return commitment + s.to_bytes(32, "little")


ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data):
    value, text = int.from_bytes(data, "big"), ""
    while value > 0:
        value, digit = divmod(value, 58)
        text = ALPHABET[digit] + text
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + text


def from_base58(text, length):
    value = 0
    for letter in text:
        value = value * 58 + ALPHABET.index(letter)
    return value.to_bytes(length, "big")


def sorted_keys(value):
    if isinstance(value, dict):
        return {key: sorted_keys(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [sorted_keys(each) for each in value]
    return value


class Client:
    def __init__(self, start):
        self.rest = start["rest"]
        me = start["accounts"][0]
        self.account = me["account"]
        self.agent = me["agentWallet"]
        self.seed = from_base58(me["agentSecretKey"], 64)[:32]

    def signed(self, kind, fields):
        header = {"timestamp": int(time.time() * 1000), "expiry_window": 5000}
        message = sorted_keys({**header, "type": kind, "data": fields})
        text = json.dumps(message, separators=(",", ":"))
        signature = base58(ed25519_sign(self.seed, text.encode("utf-8")))
        who = {"account": self.account, "agent_wallet": self.agent, "signature": signature}
        return {**who, **header, **fields}

    def post(self, path, body):
        data = json.dumps(body).encode("utf-8")
        headers = {"Content-Type": "application/json"}
        return self.answer(urllib.request.Request(self.rest + path, data, headers))

    def get(self, path):
        return self.answer(urllib.request.Request(self.rest + path))

    @staticmethod
    def answer(request):
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8")


def main(path):
    with open(path, encoding="utf-8") as file:
        client = Client(json.loads(file.readline()))
    account = client.account
    prices = client.get("/info/prices")[1]["data"]
    mark = float(next(row["mark"] for row in prices if row["symbol"] == "BTC"))
    order = {
        "symbol": "BTC",
        "price": str(int(mark * 0.9)),
        "amount": "0.001",
        "side": "bid",
        "tif": "GTC",
        "reduce_only": False,
        "client_order_id": str(uuid.uuid4()),
    }
    placed = client.post("/orders/create", client.signed("create_order", order))
    opened = client.get(f"/orders?account={account}")[1]["data"]
    cancel = {"symbol": "BTC", "order_id": placed[1]["data"]["order_id"]}
    cancelled = client.post("/orders/cancel", client.signed("cancel_order", cancel))
    left = client.get(f"/orders?account={account}")[1]["data"]
    market = {
        "symbol": "BTC",
        "amount": "0.001",
        "side": "bid",
        "slippage_percent": "1",
        "reduce_only": False,
    }
    taken = client.post("/orders/create_market", client.signed("create_market_order", market))
    positions = client.get(f"/positions?account={account}")[1]["data"]
    changed = {**client.signed("create_order", order), "amount": "0.002"}
    refused = client.post("/orders/create", changed)
    outcome = {
        "placed": placed,
        "open": opened,
        "cancelled": cancelled,
        "left": left,
        "taken": taken,
        "positions": positions,
        "refused": refused,
        "order": order,
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(sys.argv[1])
